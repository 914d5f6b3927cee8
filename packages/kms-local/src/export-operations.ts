import { constants, createPublicKey, type KeyObject, publicEncrypt } from 'node:crypto'
import { allocateSecret, decodeBase64, decodedLength } from '@parasol/core'
import { dataKeyLength } from './crypto-operations.js'
import { KmsFault } from './faults.js'
import type { KeyService } from './key-service.js'
import type { OperationTable } from './operation.js'
import type { Parameters } from './parameters.js'

/** Data keys for somebody who has an RSA key, without showing them to who asks. */
export const exportOperations: OperationTable = {
  ExportDataKey: exportDataKey,
  GenerateAndExportDataKey: generateAndExport,
}

function exportDataKey(service: KeyService, parameters: Parameters): object {
  const wrap = wrapperOf(parameters)
  const { text, ...use } = service.decrypt(parameters.base64('CiphertextBlob'), parameters.context('EncryptionContext'))
  const ExportedDataKey = wrapAndZero(text, wrap, 'CiphertextBlob')
  return { ExportedDataKey, KeyId: use.keyId, KeyVersionId: use.keyVersionId }
}

function generateAndExport(service: KeyService, parameters: Parameters): object {
  const wrap = wrapperOf(parameters)
  const context = parameters.context('EncryptionContext')
  const { text, blob, ...use } = service.generateDataKey(parameters.text('KeyId'), dataKeyLength(parameters), context)
  const ExportedDataKey = wrapAndZero(text, wrap, 'NumberOfBytes')
  const CiphertextBlob = Buffer.from(blob).toString('base64')
  return { CiphertextBlob, ExportedDataKey, KeyId: use.keyId, KeyVersionId: use.keyVersionId }
}

const OAEP_HASHES = { RSAES_OAEP_SHA_256: 'sha256', RSAES_OAEP_SHA_1: 'sha1' } as const
type Wrap = (dataKey: Uint8Array) => Buffer

function wrapperOf(parameters: Parameters): Wrap {
  const oaepHash =
    OAEP_HASHES[parameters.requiredChoice('WrappingAlgorithm', ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'])]
  parameters.requiredChoice('WrappingKeySpec', ['RSA_2048'])
  const key = readPublicKey(parameters.base64('PublicKeyBlob'))
  return (dataKey) => publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, dataKey)
}

/** A SubjectPublicKeyInfo in DER of an RSA key of 2,048 bits. */
function readPublicKey(der: Buffer): KeyObject {
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    if (key.asymmetricKeyType === 'rsa' && key.asymmetricKeyDetails?.modulusLength === 2048) return key
  } catch {}
  throw new KmsFault('InvalidParameter', 'PublicKeyBlob')
}

/** A data key is base64 text; what is wrapped are its bytes. @throws KmsFault if it is none, or too long for the RSA key */
function wrapAndZero(text: Uint8Array, wrap: Wrap, parameter: string): string {
  const dataKey = allocateSecret(Math.max(decodedLength(text), 0))
  try {
    if (dataKey.length === 0) throw new KmsFault('InvalidParameter', parameter)
    decodeBase64(text, dataKey)
    return wrap(dataKey).toString('base64')
  } catch {
    throw new KmsFault('InvalidParameter', parameter)
  } finally {
    dataKey.fill(0)
    text.fill(0)
  }
}
