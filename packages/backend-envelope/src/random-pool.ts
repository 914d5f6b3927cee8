import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(16_384)
let used = pool.length

/**
 * Writes random bytes for nonces and salts, which are public. Drawing them from a pool costs a twentieth of a call for
 * each; a byte is given out once. Keys are never drawn here.
 *
 * A pool must not be inherited by a copy of the process. Node has no fork without exec, and a worker thread loads this
 * module anew.
 */
export function fillRandom(target: Uint8Array, start = 0, end: number = target.length): void {
  if (end - start > pool.length - used) {
    randomFillSync(pool)
    used = 0
  }
  const distance = used - start
  for (let index = start; index < end; index++) target[index] = pool[index + distance] as number
  used += end - start
}
