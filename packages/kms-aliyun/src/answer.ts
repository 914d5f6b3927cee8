import { allocateSecret, DATA_KEY_BYTES, DataKey } from '@parasol/core'
import { malformedAnswer } from './transport-errors.js'

/** The fields of an answer, of which nothing is known: the client resolves whatever came with a status below 400. */
export type Answer = Readonly<Record<string, unknown>>

/** @throws CryptoError KMS_PROTOCOL */
export function readBlob(action: string, answer: Answer): Uint8Array {
  const text = readBase64(action, answer, 'CiphertextBlob')
  if (text === '') throw malformedAnswer(action, 'an empty CiphertextBlob')
  return Buffer.from(text, 'base64')
}

/** Decodes straight into memory that can be zeroed. @throws CryptoError KMS_PROTOCOL */
export function readPlaintext(action: string, answer: Answer): Uint8Array {
  const text = readBase64(action, answer, 'Plaintext')
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const plaintext = allocateSecret((text.length / 4) * 3 - padding)
  Buffer.from(plaintext.buffer).write(text, 'base64')
  return plaintext
}

/** @throws CryptoError KMS_PROTOCOL */
export function readDataKey(answer: Answer): DataKey {
  const wrapped = readBlob('GenerateDataKey', answer)
  const plaintext = readPlaintext('GenerateDataKey', answer)
  if (plaintext.length !== DATA_KEY_BYTES) {
    plaintext.fill(0)
    throw malformedAnswer('GenerateDataKey', `a key of ${plaintext.length} bytes instead of ${DATA_KEY_BYTES}`)
  }
  return new DataKey(wrapped, plaintext)
}

function readBase64(action: string, answer: Answer, field: string): string {
  const text = answer[field]
  if (typeof text !== 'string') throw malformedAnswer(action, `no ${field}`)
  if (!isCanonicalBase64(text)) throw malformedAnswer(action, `a ${field} that is not base64`)
  return text
}

/** Whether the text is the one that its bytes encode to: padded, and the bits that padding leaves over are zero. */
function isCanonicalBase64(text: string): boolean {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return false
  return !/([^AQgw]=|[^AEIMQUYcgkosw048=])=$/.test(text.slice(-3))
}
