import { createHash } from 'node:crypto'

/**
 * The header of a record in the log:
 *
 *     offset  size  field                                        (integers big-endian)
 *     0       4     length of what follows the header
 *     4       4     sequence number, from 0
 *     8       16    id of what the record is about, a UUID
 *     24      8     first bytes of SHA-256 over bytes 0..24
 *
 * The checksum is not for security: it tells a damaged length from the end of the file, and lets a reader find the next
 * record after a damaged one.
 */
export interface FrameHeader {
  readonly length: number
  readonly sequence: number
  readonly entity: string
}

export const FRAME_HEADER_BYTES = 32
const CHECKED_BYTES = 24
/** No record is longer; a length beyond it is damage. */
const MAX_RECORD_BYTES = 1 << 20

export function writeFrameHeader(target: Buffer, { length, sequence, entity }: FrameHeader): void {
  target.writeUInt32BE(length, 0)
  target.writeUInt32BE(sequence, 4)
  target.write(entity.replaceAll('-', ''), 8, 16, 'hex')
  checksum(target.subarray(0, CHECKED_BYTES)).copy(target, CHECKED_BYTES)
}

/** The first whole frame at or after an offset whose sequence number is not below the expected one. */
export function findFrame(
  file: Buffer,
  from: number,
  sequence: number,
): (FrameHeader & { offset: number }) | undefined {
  for (let offset = from; offset + FRAME_HEADER_BYTES <= file.length; offset++) {
    const frame = readFrameHeader(file, offset)
    if (frame && frame.sequence >= sequence && offset + FRAME_HEADER_BYTES + frame.length <= file.length) {
      return { ...frame, offset }
    }
  }
  return undefined
}

/**
 * Whether the bytes from an offset to the end are the next record, never written whole: too few for a header, its sound
 * header with too little after it, or zeros, which some file systems leave after a power cut.
 */
export function isTornTail(file: Buffer, offset: number, sequence: number): boolean {
  const rest = file.subarray(offset)
  if (rest.length < FRAME_HEADER_BYTES || rest.every((byte) => byte === 0)) return true
  const header = readFrameHeader(file, offset)
  return header?.sequence === sequence && FRAME_HEADER_BYTES + header.length > rest.length
}

/** What a header says of which one byte is damaged: it tells which key a damaged record is about. */
export function mendFrameHeader(file: Buffer, offset: number): FrameHeader | undefined {
  const bytes = Buffer.from(file.subarray(offset, offset + FRAME_HEADER_BYTES))
  if (bytes.length < FRAME_HEADER_BYTES) return undefined
  for (const [index, original] of bytes.entries()) {
    for (let value = 0; value < 256; value++) {
      bytes[index] = value
      const frame = readFrameHeader(bytes, 0)
      if (frame) return frame
    }
    bytes[index] = original
  }
  return undefined
}

function readFrameHeader(file: Buffer, offset: number): FrameHeader | undefined {
  const header = file.subarray(offset, offset + FRAME_HEADER_BYTES)
  const length = header.readUInt32BE(0)
  if (length < 28 || length > MAX_RECORD_BYTES) return undefined
  if (!checksum(header.subarray(0, CHECKED_BYTES)).equals(header.subarray(CHECKED_BYTES))) return undefined
  const hex = header.toString('hex', 8, 24)
  const entity = hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
  return { length, sequence: header.readUInt32BE(4), entity }
}

function checksum(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, 8)
}
