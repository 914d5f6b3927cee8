/** An OpenPGP packet as it stands in a message. */
export interface PacketFrame {
  readonly tag: number
  /** Of the whole packet, header and all. */
  readonly start: number
  readonly end: number
  /** The body, unless it comes in parts of its own lengths. */
  readonly body: Uint8Array | undefined
  /** The first byte of the body, which in most kinds is the version of the packet. */
  readonly version: number | undefined
  /** Whether the header is one that we write: new format, a length in as few bytes as can be, parts of one size. */
  readonly canonical: boolean
}

/** Bodies of which the length is not known before their end are written in parts of so many bytes. */
export const PART_BITS = 16
export const PART_BYTES = 2 ** PART_BITS
/** Parts may have a byte each, which costs a thousand times as much as parts of 8 KiB: so many smaller ones are read. */
export const MIN_PART_BYTES = 512
export const MAX_SMALL_PARTS = 1024

/** A length in as few bytes as can be, as it stands after the first byte of a packet. */
export function writeLength(length: number): Uint8Array {
  if (length < 192) return Uint8Array.of(length)
  if (length < 8384) return Uint8Array.of(((length - 192) >> 8) + 192, (length - 192) & 255)
  const bytes = Buffer.alloc(5, 255)
  bytes.writeUInt32BE(length, 1)
  return bytes
}

/** The header of a packet whose body has so many bytes. */
export function packetHeader(tag: number, length: number): Uint8Array {
  return Buffer.concat([Uint8Array.of(0xc0 | tag), writeLength(length)])
}

/**
 * Splits bytes into OpenPGP packets (RFC 9580, section 4.2) without reading any of them. Undefined unless the bytes are
 * packets from the first to the last.
 *
 * @param limit at most so many packets
 */
export function splitPackets(bytes: Uint8Array, limit: number): readonly PacketFrame[] | undefined {
  const { packets, end } = wholePackets(bytes, limit)
  return end === bytes.length ? packets : undefined
}

/** The packets from the first to the last whole one, and where that ends. */
export function wholePackets(bytes: Uint8Array, limit: number): { packets: readonly PacketFrame[]; end: number } {
  const packets: PacketFrame[] = []
  let end = 0
  while (end < bytes.length && packets.length < limit) {
    const packet = readPacket(bytes, end)
    if (!packet) break
    packets.push(packet)
    end = packet.end
  }
  return { packets, end }
}

function readPacket(bytes: Uint8Array, start: number): PacketFrame | undefined {
  const header = bytes[start] ?? 0
  if ((header & 0x80) === 0) return undefined
  const packet = (header & 0x40) === 0 ? readOldFormat(bytes, start, header) : readNewFormat(bytes, start, header)
  return packet && packet.end <= bytes.length ? packet : undefined
}

function readOldFormat(bytes: Uint8Array, start: number, header: number): PacketFrame | undefined {
  const lengthBytes = [1, 2, 4][header & 3]
  // Length type 3 lets a packet end where the message ends.
  const bodyAt = start + 1 + (lengthBytes ?? 0)
  if (bodyAt > bytes.length) return undefined
  const end = lengthBytes === undefined ? bytes.length : bodyAt + bigEndian(bytes, start + 1, lengthBytes)
  const body = bytes.subarray(bodyAt, end)
  return { tag: (header >> 2) & 15, start, end, body, version: body[0], canonical: false }
}

function readNewFormat(bytes: Uint8Array, start: number, header: number): PacketFrame | undefined {
  let chunk = readLength(bytes, start + 1)
  const whole = chunk?.partial === false
  const first = chunk?.bodyAt ?? 0
  let canonical = true
  let headerAt = start + 1
  let small = 0
  while (chunk?.partial) {
    if (chunk.length < MIN_PART_BYTES && ++small > MAX_SMALL_PARTS) return undefined
    canonical &&= chunk.length === PART_BYTES
    headerAt = chunk.bodyAt + chunk.length
    chunk = readLength(bytes, headerAt)
  }
  if (!chunk) return undefined
  const end = chunk.bodyAt + chunk.length
  canonical &&= chunk.bodyAt - headerAt === writeLength(chunk.length).length
  const body = whole ? bytes.subarray(first, end) : undefined
  return { tag: header & 63, start, end, body, version: whole ? body?.[0] : bytes[first], canonical }
}

function readLength(bytes: Uint8Array, at: number): { bodyAt: number; length: number; partial: boolean } | undefined {
  const first = bytes[at]
  if (first === undefined) return undefined
  if (first < 192) return { bodyAt: at + 1, length: first, partial: false }
  if (first < 224) {
    const second = bytes[at + 1]
    return second === undefined
      ? undefined
      : { bodyAt: at + 2, length: (first - 192) * 256 + second + 192, partial: false }
  }
  if (first < 255) return { bodyAt: at + 1, length: 2 ** (first & 31), partial: true }
  return at + 5 > bytes.length ? undefined : { bodyAt: at + 5, length: bigEndian(bytes, at + 1, 4), partial: false }
}

function bigEndian(bytes: Uint8Array, at: number, length: number): number {
  return bytes.subarray(at, at + length).reduce((value, byte) => value * 256 + byte, 0)
}
