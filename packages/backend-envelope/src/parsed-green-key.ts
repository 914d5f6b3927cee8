import { decryptionFailed } from '@parasol/core'
import { FIELD_OVERHEAD } from './field.js'
import { decodeGreenKey, type GreenKey } from './green-key.js'
import type { Suite } from './suite.js'

export interface ParsedGreenKey {
  readonly greenKey: GreenKey
  readonly suite: Suite
}

/**
 * The green key that the bytes begin with.
 *
 * @throws CryptoError DECRYPTION_FAILED if there is none, or its suite is not to be read
 */
export function parseGreenKey(bytes: Uint8Array, readable: ReadonlyMap<number, Suite>): ParsedGreenKey {
  const greenKey = decodeGreenKey(bytes)
  const suite = greenKey && readable.get(greenKey.suite)
  if (!greenKey || !suite) throw decryptionFailed()
  return { greenKey, suite }
}

/**
 * What follows the green key of a single value.
 *
 * @throws CryptoError DECRYPTION_FAILED if it is too short
 */
export function fieldOf(ciphertext: Uint8Array, { greenKey }: ParsedGreenKey): Uint8Array {
  const field = ciphertext.subarray(greenKey.length)
  if (field.length < FIELD_OVERHEAD) throw decryptionFailed()
  return field
}
