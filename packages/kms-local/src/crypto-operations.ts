import type { KeyService } from './key-service.js'
import type { OperationTable } from './operation.js'
import type { Parameters } from './parameters.js'
import { reEncrypt } from './re-encrypt.js'

/** What uses keys. */
export const cryptoOperations: OperationTable = {
  Encrypt: encrypt,
  Decrypt: decrypt,
  ReEncrypt: reEncryptBlob,
  GenerateDataKey: (service, parameters) => generateDataKey(service, parameters, true),
  GenerateDataKeyWithoutPlaintext: (service, parameters) => generateDataKey(service, parameters, false),
}

function encrypt(service: KeyService, parameters: Parameters): object {
  const keyId = parameters.text('KeyId')
  const text = Buffer.from(parameters.text('Plaintext', { empty: true }))
  const { blob, ...use } = service.encrypt(keyId, text, parameters.context('EncryptionContext'))
  text.fill(0)
  return { CiphertextBlob: base64(blob), KeyId: use.keyId, KeyVersionId: use.keyVersionId }
}

function decrypt(service: KeyService, parameters: Parameters): object {
  parameters.refuse('Recipient')
  const blob = parameters.base64('CiphertextBlob')
  const { text, ...use } = service.decrypt(blob, parameters.context('EncryptionContext'))
  const plaintext = Buffer.from(text.buffer).toString()
  text.fill(0)
  return { Plaintext: plaintext, KeyId: use.keyId, KeyVersionId: use.keyVersionId }
}

/** The plaintext does not leave the service. */
function reEncryptBlob(service: KeyService, parameters: Parameters): object {
  parameters.refuse('SourceKeyId', 'SourceKeyVersionId', 'SourceEncryptionAlgorithm')
  const blob = parameters.base64('CiphertextBlob')
  const keyId = parameters.text('DestinationKeyId')
  const destination = parameters.context('DestinationEncryptionContext')
  const contexts = { from: parameters.context('SourceEncryptionContext'), to: destination }
  const { blob: renewed, ...use } = reEncrypt(service, blob, keyId, contexts)
  return { CiphertextBlob: base64(renewed), KeyId: use.keyId, KeyVersionId: use.keyVersionId }
}

const DATA_KEY_BYTES = { AES_256: 32, AES_128: 16 } as const

/** KeySpec is not looked at where NumberOfBytes is given: Alibaba's own SDKs send the two in contradiction. */
export function dataKeyLength(parameters: Parameters): number {
  return parameters.has('NumberOfBytes')
    ? parameters.integer('NumberOfBytes', { min: 1, max: 1024 })
    : DATA_KEY_BYTES[parameters.choice('KeySpec', ['AES_256', 'AES_128'])]
}

function generateDataKey(service: KeyService, parameters: Parameters, withPlaintext: boolean): object {
  parameters.refuse('Recipient')
  const keyId = parameters.text('KeyId')
  const length = dataKeyLength(parameters)
  const { text, blob, ...use } = service.generateDataKey(keyId, length, parameters.context('EncryptionContext'))
  const plaintext = withPlaintext ? { Plaintext: Buffer.from(text.buffer).toString() } : {}
  text.fill(0)
  return { CiphertextBlob: base64(blob), ...plaintext, KeyId: use.keyId, KeyVersionId: use.keyVersionId }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
