const SLAB_BYTES = 32 * 1024
const MAX_SLICE_BYTES = 4 * 1024

let slab = new ArrayBuffer(SLAB_BYTES)
let used = 0

/**
 * Zeroed memory for ciphertexts. Small ones are slices of one buffer, which costs a tenth of an allocation for each; they
 * share it with other ciphertexts and with nothing else.
 */
export function allocatePublic(length: number): Uint8Array {
  if (length > MAX_SLICE_BYTES) return new Uint8Array(length)
  if (used + length > SLAB_BYTES) {
    slab = new ArrayBuffer(SLAB_BYTES)
    used = 0
  }
  const bytes = new Uint8Array(slab, used, length)
  used += length
  return bytes
}
