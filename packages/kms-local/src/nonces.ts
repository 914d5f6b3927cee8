import { randomFillSync } from 'node:crypto'

const NONCE_BYTES = 12
const pool = Buffer.alloc(256 * NONCE_BYTES)
let used = pool.length

/** Twelve random bytes that need not be secret. Drawn many at a time: to ask OpenSSL for each costs more than to encrypt. */
export function randomNonce(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += NONCE_BYTES
  return Buffer.from(pool.subarray(used - NONCE_BYTES, used))
}
