import { decryptionFailed } from '@parasol/core'
import type { ByteReader } from './byte-reader.js'
import { PART_BITS, PART_BYTES, writeLength } from './packet-frame.js'

/** A packet of a stream. Its body has to be read to the end before the next packet. */
export interface StreamedPacket {
  readonly tag: number
  readonly header: Uint8Array
  /** The length of the body, if it comes in one piece and the header says how long that is. */
  readonly length: number | undefined
  readonly body: AsyncIterable<Uint8Array>
  /** Once the body has been read: whether its lengths are those that we write. */
  isCanonical(): boolean
}

/** The next packet, or undefined at the end of the stream. */
export async function nextPacket(reader: ByteReader): Promise<StreamedPacket | undefined> {
  if (await reader.atEnd()) return undefined
  const [first = 0] = await reader.take(1)
  if ((first & 0x80) === 0) throw decryptionFailed()
  return (first & 0x40) === 0 ? oldPacket(reader, first) : newPacket(reader, first)
}

/** Writes a packet whose length is not known before its end: in parts of 64 KiB, and a last one that is shorter. */
export async function* writePacket(tag: number, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let header = Buffer.of(0xc0 | tag)
  let part = Buffer.alloc(PART_BYTES)
  let filled = 0
  for await (const piece of body) {
    for (let at = 0; at < piece.length; ) {
      const copied = Math.min(PART_BYTES - filled, piece.length - at)
      part.set(piece.subarray(at, at + copied), filled)
      filled += copied
      at += copied
      if (filled < PART_BYTES) continue
      yield Buffer.concat([header, Uint8Array.of(0xe0 | PART_BITS)])
      yield part
      header = Buffer.alloc(0)
      part = Buffer.alloc(PART_BYTES)
      filled = 0
    }
  }
  yield Buffer.concat([header, writeLength(filled)])
  yield part.subarray(0, filled)
}

async function oldPacket(reader: ByteReader, first: number): Promise<StreamedPacket> {
  const lengthBytes = [1, 2, 4, 0][first & 3] ?? 0
  const bytes = await reader.take(lengthBytes)
  const length = lengthBytes === 0 ? undefined : bigEndian(bytes)
  return {
    tag: (first >> 2) & 15,
    header: Buffer.concat([Uint8Array.of(first), bytes]),
    length,
    // Without a length, a packet ends where the stream ends.
    body: length === undefined ? reader.rest() : reader.pieces(length),
    isCanonical: () => false,
  }
}

async function newPacket(reader: ByteReader, first: number): Promise<StreamedPacket> {
  const part = await nextPart(reader)
  let canonical = true
  const body = async function* (): AsyncGenerator<Uint8Array> {
    for (let current = part; ; current = await nextPart(reader)) {
      canonical &&= current.canonical
      yield* reader.pieces(current.length)
      if (!current.partial) return
    }
  }
  return {
    tag: first & 63,
    header: Buffer.concat([Uint8Array.of(first), part.bytes]),
    length: part.partial ? undefined : part.length,
    body: body(),
    isCanonical: () => canonical,
  }
}

interface Part {
  readonly bytes: Uint8Array
  readonly length: number
  readonly partial: boolean
  readonly canonical: boolean
}

async function nextPart(reader: ByteReader): Promise<Part> {
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

function bigEndian(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0)
}
