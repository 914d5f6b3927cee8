import { decryptionFailed } from '@parasol/core'
import { decodeGreenKey, type GreenKey } from './green-key.js'
import { HEADER_BYTES } from './stream-header.js'

/** More than the longest green key and a header have together. */
export const MAX_HEAD_BYTES = 1_100_000

/** How a stream begins. */
export interface StreamHead {
  readonly greenKey: GreenKey
  /** Of the green key. */
  readonly encodedGreenKey: Uint8Array
  readonly header: Uint8Array
  /** What was read of the segments. */
  readonly rest: Uint8Array
}

/** Undefined if the bytes hold no whole head. Its parts are views. */
export function decodeStreamHead(bytes: Uint8Array): StreamHead | undefined {
  const greenKey = decodeGreenKey(bytes)
  if (!greenKey || bytes.length < greenKey.length + HEADER_BYTES) return undefined
  const segmentsAt = greenKey.length + HEADER_BYTES
  return {
    greenKey,
    encodedGreenKey: bytes.subarray(0, greenKey.length),
    header: bytes.subarray(greenKey.length, segmentsAt),
    rest: bytes.subarray(segmentsAt),
  }
}

/**
 * Takes from a stream what it takes to know its head, and no more than a head can have.
 *
 * @throws CryptoError DECRYPTION_FAILED if the stream has none
 */
export async function readStreamHead(chunks: AsyncIterator<Uint8Array>): Promise<StreamHead> {
  let bytes: Uint8Array = new Uint8Array(1024)
  let length = 0
  while (length < MAX_HEAD_BYTES) {
    const { done, value } = await chunks.next()
    if (done) break
    bytes = append(bytes, length, value)
    length += value.length
    const head = decodeStreamHead(bytes.subarray(0, length))
    if (head) return head
  }
  throw decryptionFailed()
}

/** Doubles the memory when it is full: a head in chunks of one byte is not copied for each of them. */
function append(bytes: Uint8Array, length: number, chunk: Uint8Array): Uint8Array {
  const end = length + chunk.length
  const target = end > bytes.length ? new Uint8Array(2 * end) : bytes
  if (target !== bytes) target.set(bytes.subarray(0, length))
  target.set(chunk, length)
  return target
}
