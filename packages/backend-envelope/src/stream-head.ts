import { decryptionFailed } from '@parasol/core'
import { decodeGreenKey, type GreenKey } from './green-key.js'
import { HEADER_BYTES } from './stream-header.js'

/** More than the longest green key and a header have together. */
const MAX_HEAD_BYTES = 1_100_000

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
  let bytes: Uint8Array = new Uint8Array(0)
  while (bytes.length < MAX_HEAD_BYTES) {
    const { done, value } = await chunks.next()
    if (done) break
    bytes = Buffer.concat([bytes, value])
    const head = decodeStreamHead(bytes)
    if (head) return head
  }
  throw decryptionFailed()
}
