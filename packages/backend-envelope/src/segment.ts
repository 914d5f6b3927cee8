import { CryptoError, decryptionFailed } from '@parasol/core'
import { NONCE_BYTES, type Suite, TAG_BYTES } from './suite.js'

/** A stream has at most that many segments: 256 TiB of plaintext in segments of 64 KiB. */
export const MAX_SEGMENTS = 2 ** 32 - 1

/** The most that is sealed or opened at a time, whatever the size of the chunks. */
export const RUN_BYTES: number = 1024 * 1024

// No single value (0) and no field of a record (1) has this AAD.
const STREAM_SEGMENT = Uint8Array.of(2)
const COUNTER_AT = 7

/** Which segments of a stream some bytes are. */
export interface Run {
  /** Whole segments one after the other; only the last segment of the stream may be shorter. */
  readonly bytes: Uint8Array
  /** The number of the first of them. */
  readonly index: number
  /** Whether the last of them ends the stream. */
  readonly last: boolean
}

/** What a stream is sealed and opened with. */
export interface SegmentCipher {
  readonly suite: Suite
  /** Of this stream alone. */
  readonly key: Uint8Array
  /** Of plaintext, in each segment but the last. */
  readonly segmentBytes: number
}

/**
 * Seals segments as Hoang, Reyhanitabar, Rogaway and Vizár's STREAM does. The nonce says which segment it is:
 *
 *     7 zero bytes, u32 number of the segment, u8 1 in the last segment, else 0
 *
 * It need not be random, because the key is of this stream alone and no number comes twice.
 *
 * @throws CryptoError PLAINTEXT_TOO_LARGE after 2^32 - 1 segments
 */
export function sealRun({ suite, key, segmentBytes }: SegmentCipher, run: Run): Uint8Array {
  const count = countSegments(run, segmentBytes)
  if (run.index + count > MAX_SEGMENTS) {
    throw new CryptoError('PLAINTEXT_TOO_LARGE', `A stream of more than ${MAX_SEGMENTS} segments`)
  }
  const sealed = allocate(run.bytes.length + count * TAG_BYTES)
  for (let number = 0; number < count; number++) {
    const plaintext = run.bytes.subarray(number * segmentBytes, (number + 1) * segmentBytes)
    const start = number * (segmentBytes + TAG_BYTES)
    const target = sealed.subarray(start, start + plaintext.length + TAG_BYTES)
    suite.seal(key, nonceOf(run, number, count), plaintext, STREAM_SEGMENT, target)
  }
  return sealed
}

/** @throws CryptoError DECRYPTION_FAILED unless every one of the segments is what was sealed at its place */
export function openRun({ suite, key, segmentBytes }: SegmentCipher, run: Run): Uint8Array {
  const size = segmentBytes + TAG_BYTES
  const count = countSegments(run, size)
  const length = run.bytes.length - count * TAG_BYTES
  // A stream has one form: its last segment is empty only if it is the first.
  const shortest = run.index + count === 1 ? 0 : 1
  if (length < (count - 1) * segmentBytes + shortest || run.index + count > MAX_SEGMENTS) throw decryptionFailed()
  const opened = allocate(length)
  for (let number = 0; number < count; number++) {
    const sealed = run.bytes.subarray(number * size, (number + 1) * size)
    const plaintext = suite.open(key, nonceOf(run, number, count), sealed, STREAM_SEGMENT)
    if (!plaintext) {
      opened.fill(0)
      throw decryptionFailed()
    }
    opened.set(plaintext, number * segmentBytes)
  }
  return opened
}

function countSegments({ bytes }: Run, size: number): number {
  return Math.max(1, Math.ceil(bytes.length / size))
}

function nonceOf({ index, last }: Run, number: number, count: number): Uint8Array {
  const nonce = Buffer.alloc(NONCE_BYTES)
  nonce.writeUInt32BE(index + number, COUNTER_AT)
  nonce[NONCE_BYTES - 1] = last && number === count - 1 ? 1 : 0
  return nonce
}

/** Memory of its own that is not zeroed first, because all of it is written. */
function allocate(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer)
}
