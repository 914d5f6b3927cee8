import { decryptionFailed } from '@parasol/core'
import type { ByteReader } from './byte-reader.js'
import { bigEndian, nextPart, readParts } from './packet-parts.js'

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
  let canonical = false
  const body = async function* (): AsyncGenerator<Uint8Array> {
    canonical = yield* readParts(reader, part)
  }
  return {
    tag: first & 63,
    header: Buffer.concat([Uint8Array.of(first), part.bytes]),
    length: part.partial ? undefined : part.length,
    body: body(),
    isCanonical: () => canonical,
  }
}
