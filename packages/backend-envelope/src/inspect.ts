import { CryptoError } from '@parasol/core'
import { decodeGreenKey } from './green-key.js'
import { FORMAT_VERSION } from './record-key.js'
import { suites } from './suites.js'

/** What a ciphertext says of itself to anyone, without a key. Nothing of it is authenticated. */
export interface EnvelopeInspection {
  readonly version: number
  /** A name, or `unknown (7)`. */
  readonly suite: string
  readonly wrappedKeys: readonly {
    readonly kind: number
    readonly keyId: string
    readonly bytes: number
    /** As the KMS gave it, which may say more of itself. */
    readonly wrapped: Uint8Array
  }[]
  readonly greenKeyBytes: number
  /** What follows the green key; 0 for the green key of a record. */
  readonly bodyBytes: number
}

/**
 * Reads the green key of a ciphertext, a record or a stream, of which the first `MAX_HEAD_BYTES` are enough.
 *
 * @throws CryptoError INVALID_INPUT if the bytes do not begin with one of this version
 */
export function inspectEnvelope(ciphertext: Uint8Array): EnvelopeInspection {
  const greenKey = decodeGreenKey(ciphertext)
  if (!greenKey) throw new CryptoError('INVALID_INPUT', `Not an envelope ciphertext of version ${FORMAT_VERSION}`)
  return {
    version: FORMAT_VERSION,
    suite: suites.find(({ id }) => id === greenKey.suite)?.name ?? `unknown (${greenKey.suite})`,
    wrappedKeys: greenKey.wrappedKeys.keys.map(({ kind, label, bytes }) => ({
      kind,
      keyId: label,
      bytes: bytes.length,
      wrapped: bytes,
    })),
    greenKeyBytes: greenKey.length,
    bodyBytes: ciphertext.length - greenKey.length,
  }
}
