import { type CallOptions, decryptionFailed, throwIfAborted } from '@parasol/core'

import { concat } from '../bytes.js'
import { type Aead, OVERHEAD_BYTES } from './aead.js'

export const SEGMENT_BYTES = 4096

type Associate = (label: string) => Uint8Array

/** Seals a stream in segments; each knows its place and whether it is the last. */
export async function* sealSegments(
  aead: Aead,
  key: Uint8Array,
  associate: Associate,
  plaintext: AsyncIterable<Uint8Array>,
  options: CallOptions = {},
): AsyncGenerator<Uint8Array> {
  for await (const { bytes, index, last } of segments(plaintext, SEGMENT_BYTES, options)) {
    yield aead.seal(key, bytes, associate(segmentLabel(index, last)))
  }
}

export interface OpenOptions {
  readonly aead: Aead
  unwrap(wrapped: Uint8Array): Uint8Array
  readonly wrappedBytes: number
  readonly associate: Associate
  readonly ciphertext: AsyncIterable<Uint8Array>
  readonly options: CallOptions | undefined
}

/** The inverse: the wrapped key comes first. */
export async function* openSegments(given: OpenOptions): AsyncGenerator<Uint8Array> {
  const { aead, associate, options = {} } = given
  throwIfAborted(options.signal)
  let key: Uint8Array | undefined
  for await (const segment of segments(given.ciphertext, SEGMENT_BYTES + OVERHEAD_BYTES, options, given.wrappedBytes)) {
    if (segment.head) key = given.unwrap(segment.bytes)
    else if (key) yield aead.open(key, segment.bytes, associate(segmentLabel(segment.index, segment.last)))
    if (segment.head && segment.last) throw decryptionFailed()
  }
}

interface Segment {
  readonly bytes: Uint8Array
  readonly index: number
  readonly last: boolean
  /** Whether it is what comes before the first segment. */
  readonly head: boolean
}

/** Cuts a source into a head, if one is asked for, and segments of a size; only the last may be shorter. */
async function* segments(
  source: AsyncIterable<Uint8Array>,
  size: number,
  { signal }: CallOptions,
  headBytes = 0,
): AsyncGenerator<Segment> {
  let pending: Uint8Array = new Uint8Array(0)
  let index = headBytes > 0 ? -1 : 0
  const want = (): number => (index < 0 ? headBytes : size)
  for await (const chunk of source) {
    throwIfAborted(signal)
    pending = concat(pending, chunk)
    for (; pending.length > want(); index += 1) {
      yield { bytes: pending.slice(0, want()), index, last: false, head: index < 0 }
      pending = pending.subarray(index < 0 ? headBytes : size)
    }
  }
  throwIfAborted(signal)
  yield { bytes: pending, index, last: true, head: index < 0 }
}

/** What a segment says of its place. */
export function segmentLabel(index: number, last: boolean): string {
  return `segment ${index}${last ? ' last' : ''}`
}
