import { hash } from 'node:crypto'
import { allocateSecret, DATA_KEY_BYTES, MAX_CONTEXT_BYTES } from '@parasol/core'
import type { KdfHash } from './suite.js'

const COUNTER_BYTES = 4
const INFO_AT = COUNTER_BYTES + DATA_KEY_BYTES
const MAX_INFO_BYTES = MAX_CONTEXT_BYTES + 128

// One buffer for all derivations, which are synchronous; the part that holds a key is zeroed after each.
const input = allocateSecret(INFO_AT + MAX_INFO_BYTES)
input[COUNTER_BYTES - 1] = 1

/**
 * The one-step key derivation of NIST SP 800-56C Rev. 2, section 4, option 1: hash(1 ‖ Z ‖ FixedInfo), where Z is a data
 * key of 32 bytes. One block of it, 64 bytes.
 *
 * @param fixedInfo its parts, together at most 8,320 bytes, of which no other sequence may be made by moving a boundary
 * @returns bytes that the caller zeroes
 */
export function deriveOneStep(kdfHash: KdfHash, dataKey: Uint8Array, ...fixedInfo: readonly Uint8Array[]): Uint8Array {
  let end = INFO_AT
  for (const part of fixedInfo) {
    input.set(part, end)
    end += part.length
  }
  try {
    input.set(dataKey, COUNTER_BYTES)
    return hash(kdfHash, input.subarray(0, end), 'buffer')
  } finally {
    input.fill(0, COUNTER_BYTES, INFO_AT)
  }
}

/** The length of a label in one byte, and the label: what sets one use of the derivation apart from all others. */
export function encodeLabel(label: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(Buffer.byteLength(label)), Buffer.from(label)])
}
