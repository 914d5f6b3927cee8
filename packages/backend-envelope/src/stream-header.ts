import { CryptoError } from '@parasol/core'
import { deriveOneStep, encodeLabel } from './one-step-kdf.js'
import { FORMAT_VERSION } from './record-key.js'
import { RECORD_KEY_BYTES, type Suite } from './suite.js'

/** The length of a stream's header. */
export const HEADER_BYTES = 1
export const DEFAULT_SEGMENT_BYTES = 65_536

const MIN_EXPONENT = 8
const MAX_EXPONENT = 20
const LABEL = encodeLabel('parasol/envelope/stream')

/** What sizes of segments there are, for people. */
export const SEGMENT_SIZES: string = `a power of two from ${2 ** MIN_EXPONENT} to ${2 ** MAX_EXPONENT}`

/**
 * The header of a stream, which follows its green key: one byte e, 8 to 20. Each segment but the last holds 2^e bytes
 * of plaintext, so that no header can make a reader allocate more than a mebibyte.
 *
 * @throws CryptoError INVALID_CONFIG unless the size is a power of two from 256 to 1,048,576
 */
export function encodeHeader(segmentBytes: number): Uint8Array {
  if (isSegmentSize(segmentBytes)) return Uint8Array.of(Math.log2(segmentBytes))
  throw new CryptoError('INVALID_CONFIG', `Segments of ${segmentBytes} bytes: ${SEGMENT_SIZES}`)
}

export function isSegmentSize(segmentBytes: number): boolean {
  const exponent = Math.log2(segmentBytes)
  return Number.isInteger(exponent) && isExponent(exponent)
}

/** The size of a stream's segments; undefined if the byte is not a header. */
export function decodeHeader([exponent]: Uint8Array): number | undefined {
  return exponent !== undefined && isExponent(exponent) ? 2 ** exponent : undefined
}

/** What seals the segments of one stream. */
export interface StreamKey extends Disposable {
  /** 32 bytes, zeroed on disposal. */
  readonly key: Uint8Array
}

/**
 * The key of a stream: the first half of what its suite's KDF makes of its record key, where FixedInfo is
 *
 *     u8 length of the label, label "parasol/envelope/stream", u8 version, u8 suite, header
 *
 * So the header is bound to every segment, and no field is ever encrypted under the same key as a segment.
 */
export function deriveStreamKey({ id, kdfHash }: Suite, recordKey: Uint8Array, header: Uint8Array): StreamKey {
  const derived = deriveOneStep(kdfHash, recordKey, LABEL, Uint8Array.of(FORMAT_VERSION, id), header)
  derived.fill(0, RECORD_KEY_BYTES)
  return { key: derived.subarray(0, RECORD_KEY_BYTES), [Symbol.dispose]: () => derived.fill(0) }
}

function isExponent(exponent: number): boolean {
  return exponent >= MIN_EXPONENT && exponent <= MAX_EXPONENT
}
