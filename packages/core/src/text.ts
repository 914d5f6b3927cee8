import { Buffer, isAscii } from 'node:buffer'
import { CryptoError } from './errors.js'

/** From here on it pays to look whether text is ASCII, which is made a string faster. */
const LONG = 1024

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @throws CryptoError INVALID_INPUT unless the text is a string that UTF-8 can hold without loss. */
export function encodeText(text: string): Uint8Array {
  if (typeof text !== 'string') throw new CryptoError('INVALID_INPUT', `Plaintext is a ${typeof text}, not a string`)
  if (!text.isWellFormed()) throw new CryptoError('INVALID_INPUT', 'Plaintext is not well-formed Unicode')
  const length = Buffer.byteLength(text)
  const bytes = Buffer.allocUnsafe(length)
  // ASCII is written faster if it need not be found out that it is ASCII.
  bytes.write(text, 0, length, text.length === length ? 'latin1' : 'utf8')
  return bytes
}

/** @throws CryptoError INVALID_INPUT if the bytes are not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length >= LONG && isAscii(bytes)) return toBuffer(bytes).toString('latin1')
  try {
    return utf8.decode(bytes)
  } catch {
    throw new CryptoError('INVALID_INPUT', 'The plaintext is not UTF-8 text: read it with decryptBytes')
  }
}

function toBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length)
}
