import { allocateSecret, DATA_KEY_BYTES, DataKey, decodeBase64, decodedLength } from '@parasol/core'
import type { Answer } from './transport.js'
import { malformedAnswer } from './transport-errors.js'

/** @throws CryptoError KMS_PROTOCOL */
export function readBlob(action: string, { fields }: Answer): Uint8Array {
  const { CiphertextBlob: text } = fields
  if (typeof text !== 'string') throw malformedAnswer(action, 'no CiphertextBlob')
  const blob = decode(action, 'CiphertextBlob', Buffer.from(text))
  if (blob.length === 0) throw malformedAnswer(action, 'an empty CiphertextBlob')
  return blob
}

/** Decodes straight into memory that can be zeroed, and zeroes the answer's text. @throws CryptoError KMS_PROTOCOL */
export function readPlaintext(action: string, { plaintext }: Answer): Uint8Array {
  if (!plaintext) throw malformedAnswer(action, 'no Plaintext')
  try {
    return decode(action, 'Plaintext', plaintext)
  } finally {
    plaintext.fill(0)
  }
}

/** @throws CryptoError KMS_PROTOCOL */
export function readDataKey(answer: Answer): DataKey {
  const plaintext = readPlaintext('GenerateDataKey', answer)
  try {
    const wrapped = readBlob('GenerateDataKey', answer)
    if (plaintext.length === DATA_KEY_BYTES) return new DataKey(wrapped, plaintext)
    throw malformedAnswer('GenerateDataKey', `a key of ${plaintext.length} bytes instead of ${DATA_KEY_BYTES}`)
  } finally {
    plaintext.fill(0)
  }
}

/** Takes canonical base64 alone: padded, and with zero in the bits that padding leaves over. */
function decode(action: string, field: string, text: Uint8Array): Uint8Array {
  const length = decodedLength(text)
  if (length < 0) throw malformedAnswer(action, `a ${field} that is not base64`)
  const bytes = allocateSecret(length)
  decodeBase64(text, bytes)
  return bytes
}
