import { CryptoError, decryptionFailed } from '@parasol/core'
import { fillRandom } from './random-pool.js'
import { NONCE_BYTES, type Suite, TAG_BYTES } from './suite.js'

/** What a field's ciphertext is longer than its plaintext. */
export const FIELD_OVERHEAD = NONCE_BYTES + TAG_BYTES

/** The AAD of a value that stands alone. */
export const SINGLE_VALUE: Uint8Array = Uint8Array.of(0)

/**
 * The AAD of a field of a record: a byte that no single value has, and its name.
 *
 * @throws CryptoError INVALID_INPUT for a name that UTF-8 cannot hold without loss
 */
export function fieldAad(name: string): Uint8Array {
  if (!name.isWellFormed()) {
    throw new CryptoError('INVALID_INPUT', 'The name of a field is not well-formed Unicode')
  }
  return Buffer.concat([Uint8Array.of(1), Buffer.from(name)])
}

/**
 * Encrypts a field under its record's key, and writes it to the target at an offset:
 *
 *     nonce (12, random), ciphertext and tag of the suite
 *
 * so that each field of a record can be decrypted, and replaced, without the others.
 */
export function sealFieldAt(
  suite: Suite,
  key: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
  target: Uint8Array,
  offset: number,
): void {
  const sealedAt = offset + NONCE_BYTES
  const nonce = target.subarray(offset, sealedAt)
  fillRandom(nonce)
  suite.seal(key, nonce, plaintext, aad, target.subarray(sealedAt, sealedAt + plaintext.length + TAG_BYTES))
}

/** @throws CryptoError DECRYPTION_FAILED */
export function openField(suite: Suite, key: Uint8Array, field: Uint8Array, aad: Uint8Array): Uint8Array {
  if (field.length < FIELD_OVERHEAD) throw decryptionFailed()
  const plaintext = suite.open(key, field.subarray(0, NONCE_BYTES), field.subarray(NONCE_BYTES), aad)
  if (!plaintext) throw decryptionFailed()
  return plaintext
}
