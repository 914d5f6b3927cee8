import { concat, equalBytes } from './bytes.js'

const MANY = 160

/** All of a few variations; of many, some that are evenly spread. Long ciphertexts of slow schemes are tested so. */
export function spread<T>(variations: readonly T[]): readonly T[] {
  if (variations.length <= MANY) return variations
  return variations.filter((_, index) => index % Math.ceil(variations.length / MANY) === 0)
}

/** Formats of whole messages are longer than this, and take milliseconds to refuse each variation. */
const LONG_BYTES = 512
const SAMPLE = 400

/**
 * All variations of a short ciphertext. Of those of a long one every n-th, where n is odd, so that each bit takes its turn;
 * for places where all variations of the same format are tested already.
 */
export function sampled<T>(ciphertext: Uint8Array, variations: readonly T[]): readonly T[] {
  if (ciphertext.length <= LONG_BYTES || variations.length <= SAMPLE) return variations
  const step = Math.ceil(variations.length / SAMPLE) | 1
  return variations.filter((_, index) => index % step === 0 || index === variations.length - 1)
}

/** Headers are about that long: there each single bit may mean something. */
const HEADER_BYTES = 128

/** The bytes with one bit flipped. */
export function flipAt(bytes: Uint8Array, index: number, bit = index % 8): Uint8Array {
  const flipped = Uint8Array.from(bytes)
  flipped[index] = (flipped[index] ?? 0) ^ (1 << bit)
  return flipped
}

/** The bytes with one bit flipped: each bit of the first 128 bytes, then one of each byte, which takes turns. */
export function flips(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, index) => {
    const bits = index < HEADER_BYTES ? [0, 1, 2, 3, 4, 5, 6, 7] : [index % 8]
    return bits.map((bit) => flipAt(bytes, index, bit))
  }).flat()
}

/** The beginnings of the bytes, from the empty one to all but the last byte. */
export function truncations(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, length) => bytes.slice(0, length))
}

/** The ends of the bytes, from all but the first byte to the empty one. */
export function beheadings(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, index) => bytes.slice(index + 1))
}

/** The bytes with four of them overwritten, at each place: what a length field there would say then. */
export function overwritings(bytes: Uint8Array, value: number): Uint8Array[] {
  return Array.from(bytes, (_, index) => {
    const hostile = Uint8Array.from(bytes)
    return hostile.fill(value, index, index + 4)
  }).filter((hostile) => !equalBytes(hostile, bytes))
}

/** The beginning of one with the end of the other, for each place to cut; those that are neither of the two. */
export function splices(one: Uint8Array, other: Uint8Array): Uint8Array[] {
  const cuts = Array.from({ length: Math.min(one.length, other.length) }, (_, cut) => cut)
  return cuts
    .map((cut) => concat(one.subarray(0, cut), other.subarray(cut)))
    .filter((spliced) => !equalBytes(spliced, one) && !equalBytes(spliced, other))
}
