import { CryptoError } from './errors.js'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @throws CryptoError INVALID_INPUT unless the text is a string that UTF-8 can hold without loss. */
export function encodeText(text: string): Uint8Array {
  if (typeof text !== 'string') throw new CryptoError('INVALID_INPUT', `Plaintext is a ${typeof text}, not a string`)
  if (!text.isWellFormed()) throw new CryptoError('INVALID_INPUT', 'Plaintext is not well-formed Unicode')
  return Buffer.from(text)
}

/** @throws CryptoError INVALID_INPUT if the bytes are not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new CryptoError('INVALID_INPUT', 'The plaintext is not UTF-8 text: read it with decryptBytes')
  }
}
