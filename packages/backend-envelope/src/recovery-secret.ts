import { allocateSecret, CryptoError } from '@parasol/core'
import { RecoveryKey } from './recovery-key.js'
import { X25519_BYTES } from './x25519.js'

const WARNING = '# A recovery key of Parasol. Who reads this reads all that was encrypted for it: keep it encrypted.\n'
const MARK = Buffer.from('\nsecret ')
const DIGITS = Buffer.from('0123456789abcdef')
const SECRET_DIGITS = 2 * X25519_BYTES

/**
 * A recovery key as the text that officers keep, encrypted: a comment, its public half, and its secret half in 64
 * hexadecimal digits. The bytes are zeroed when the work is done; they never become a string.
 *
 *     public x25519:6XZ1p_dyPVzGpmRwrYpuVxTTCR5DPPIzJjHPa_SfElE
 *     secret 0123…
 */
export async function withRecoveryText<T>(key: RecoveryKey, work: (text: Uint8Array) => Promise<T>): Promise<T> {
  const head = Buffer.from(`${WARNING}public ${key.publicKey}`)
  const text = allocateSecret(head.length + MARK.length + SECRET_DIGITS + 1)
  try {
    text.set(head)
    text.set(MARK, head.length)
    await key.withSecret(async (secret) => writeHex(secret, text, head.length + MARK.length))
    text[text.length - 1] = '\n'.charCodeAt(0)
    return await work(text)
  } finally {
    text.fill(0)
  }
}

/**
 * The key that such a text holds. The text remains the caller's to zero.
 *
 * @throws CryptoError INVALID_INPUT if it holds none
 */
export async function parseRecoveryText(text: Uint8Array): Promise<RecoveryKey> {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  const at = bytes.indexOf(MARK)
  const secret = at < 0 ? undefined : readHex(bytes.subarray(at + MARK.length, at + MARK.length + SECRET_DIGITS))
  if (!secret)
    throw new CryptoError('INVALID_INPUT', 'Not a recovery key: "secret" and 64 hexadecimal digits on a line')
  try {
    return await RecoveryKey.fromSecret(secret)
  } finally {
    secret.fill(0)
  }
}

function writeHex(bytes: Uint8Array, target: Uint8Array, offset: number): void {
  for (const [index, byte] of bytes.entries()) {
    target[offset + 2 * index] = DIGITS[byte >> 4] as number
    target[offset + 2 * index + 1] = DIGITS[byte & 15] as number
  }
}

function readHex(digits: Uint8Array): Uint8Array | undefined {
  if (digits.length !== SECRET_DIGITS) return undefined
  const bytes = allocateSecret(X25519_BYTES)
  for (const [index, digit] of digits.entries()) {
    const value = DIGITS.indexOf(digit)
    if (value < 0) {
      bytes.fill(0)
      return undefined
    }
    bytes[index >> 1] = ((bytes[index >> 1] as number) << 4) | value
  }
  return bytes
}
