import { hash } from 'node:crypto'
import { allocateSecret } from '@parasol/core'

const COUNTER_BYTES = 4
const DATA_KEY_BYTES = 32
const MAX_INFO_BYTES = 8192 + 128

// One buffer for all derivations, which are synchronous; the part that held a key is zeroed after each.
const input = Buffer.from(allocateSecret(COUNTER_BYTES + DATA_KEY_BYTES + MAX_INFO_BYTES).buffer)
input.writeUInt32BE(1)

/**
 * The one-step key derivation of NIST SP 800-56C Rev. 2, section 4, option 1, with SHA-512: SHA-512(1 ‖ Z ‖ FixedInfo),
 * where Z is a data key of 32 bytes. One block of it, 64 bytes.
 *
 * @param writeInfo writes FixedInfo into a buffer from an offset on, and gives the offset after it
 * @returns bytes that the caller zeroes
 */
export function deriveOneStep(dataKey: Uint8Array, writeInfo: (target: Buffer, offset: number) => number): Buffer {
  const start = COUNTER_BYTES + DATA_KEY_BYTES
  input.set(dataKey, COUNTER_BYTES)
  try {
    return hash('sha512', input.subarray(0, writeInfo(input, start)), 'buffer')
  } finally {
    input.fill(0, COUNTER_BYTES, start)
  }
}
