import { CryptoError, decryptionFailed, giveBack } from '@parasol/core'
import { freshMemory, type RunMemory } from './run-memory.js'
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
  /** Each of whole segments one after the other; only the last segment of the stream may be shorter. At least one. */
  readonly pieces: readonly Uint8Array[]
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
export function sealRun(cipher: SegmentCipher, run: Run, memory: RunMemory = freshMemory): Uint8Array {
  const { suite, key, segmentBytes } = cipher
  const { count, length } = measure(run, segmentBytes)
  if (run.index + count > MAX_SEGMENTS) {
    throw new CryptoError('PLAINTEXT_TOO_LARGE', `A stream of more than ${MAX_SEGMENTS} segments`)
  }
  const sealed = memory(length + count * TAG_BYTES)
  let end = 0
  for (const { bytes, nonce } of segments(run, segmentBytes, count)) {
    const target = sealed.subarray(end, end + bytes.length + TAG_BYTES)
    suite.seal(key, nonce, bytes, STREAM_SEGMENT, target)
    end += target.length
  }
  return sealed
}

/** @throws CryptoError DECRYPTION_FAILED unless every one of the segments is what was sealed at its place */
export function openRun(cipher: SegmentCipher, run: Run, memory: RunMemory = freshMemory): Uint8Array {
  const { suite, key, segmentBytes } = cipher
  const size = segmentBytes + TAG_BYTES
  const { count, length } = measure(run, size)
  const plaintextBytes = length - count * TAG_BYTES
  // A stream has one form: its last segment is empty only if it is the first.
  const shortest = run.index + count === 1 ? 0 : 1
  if (plaintextBytes < (count - 1) * segmentBytes + shortest || run.index + count > MAX_SEGMENTS)
    throw decryptionFailed()
  const opened = memory(plaintextBytes)
  let end = 0
  for (const { bytes, nonce } of segments(run, size, count)) {
    const plaintext = suite.open(key, nonce, bytes, STREAM_SEGMENT)
    if (!plaintext) {
      opened.fill(0)
      throw decryptionFailed()
    }
    opened.set(plaintext, end)
    end += plaintext.length
    plaintext.fill(0)
    giveBack(plaintext)
  }
  return opened
}

function measure({ pieces }: Run, size: number): { count: number; length: number } {
  let [count, length] = [0, 0]
  for (const piece of pieces) {
    count += Math.max(1, Math.ceil(piece.length / size))
    length += piece.length
  }
  return { count, length }
}

interface Segment {
  readonly bytes: Uint8Array
  readonly nonce: Uint8Array
}

function* segments({ pieces, index, last }: Run, size: number, count: number): Generator<Segment> {
  let number = 0
  for (const piece of pieces) {
    let start = 0
    do {
      number++
      yield { bytes: piece.subarray(start, start + size), nonce: nonceOf(index + number - 1, last && number === count) }
      start += size
    } while (start < piece.length)
  }
}

function nonceOf(index: number, last: boolean): Uint8Array {
  const nonce = Buffer.alloc(NONCE_BYTES)
  nonce.writeUInt32BE(index, COUNTER_AT)
  nonce[NONCE_BYTES - 1] = last ? 1 : 0
  return nonce
}
