import { decryptionFailed } from '@parasol/core'
import type { ByteReader } from './byte-reader.js'
import { MAX_SMALL_PARTS, MIN_PART_BYTES, PART_BYTES, writeLength } from './packet-frame.js'
import { PIECE_BYTES } from './piece-bytes.js'

/** A part of a packet's body, or all of it: RFC 9580, section 4.2.1. */
export interface Part {
  /** The length as it stands there. */
  readonly bytes: Uint8Array
  readonly length: number
  /** Whether another part follows. */
  readonly partial: boolean
  /** Whether the length is one that we write. */
  readonly canonical: boolean
}

export async function nextPart(reader: ByteReader): Promise<Part> {
  const [first = 0] = await reader.take(1)
  if (first >= 224 && first < 255) {
    const length = 2 ** (first & 31)
    return { bytes: Uint8Array.of(first), length, partial: true, canonical: length === PART_BYTES }
  }
  const more = await reader.take(first < 192 ? 0 : first < 224 ? 1 : 4)
  const length = first < 192 ? first : first < 224 ? (first - 192) * 256 + (more[0] ?? 0) + 192 : bigEndian(more)
  const bytes = Buffer.concat([Uint8Array.of(first), more])
  return { bytes, length, partial: false, canonical: bytes.length === writeLength(length).length }
}

/**
 * The body that begins with a part, in pieces that are valid until the next one is asked for: large ones, however small
 * the parts are, since each costs a way through all that follows. Gives whether all lengths are those that we write.
 */
export async function* readParts(reader: ByteReader, first: Part): AsyncGenerator<Uint8Array, boolean> {
  if (!first.partial) {
    yield* reader.pieces(first.length)
    return first.canonical
  }
  const memory = Buffer.allocUnsafeSlow(PIECE_BYTES)
  let filled = 0
  let canonical = true
  let small = 0
  try {
    for (let part = first; ; part = await nextPart(reader)) {
      canonical &&= part.canonical
      if (part.partial && part.length < MIN_PART_BYTES && ++small > MAX_SMALL_PARTS) throw decryptionFailed()
      for (let missing = part.length; missing > 0; ) {
        const read = await reader.readInto(memory.subarray(filled, filled + missing))
        missing -= read
        filled += read
        if (filled < memory.length) continue
        yield memory
        filled = 0
      }
      if (!part.partial) break
    }
    if (filled > 0) yield memory.subarray(0, filled)
    return canonical
  } finally {
    memory.fill(0)
  }
}

export function bigEndian(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0)
}
