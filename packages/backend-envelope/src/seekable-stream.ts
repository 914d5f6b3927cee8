import { type CallOptions, CryptoError, decryptionFailed, type RandomAccess, throwIfAborted } from '@parasol/core'
import { openRun, RUN_BYTES, type Run, type SegmentCipher } from './segment.js'
import { type OpenStreamOptions, openHead } from './stream.js'
import { readStreamHead, type StreamHead } from './stream-head.js'
import { TAG_BYTES } from './suite.js'

/** Enough for a green key with a wrapping or two; longer heads take more reads. */
const HEAD_READ_BYTES = 4096

/** The plaintext of a stream, of which any part is decrypted without the rest. */
export class SeekableStream implements RandomAccess, Disposable {
  readonly size: number
  readonly #ciphertext: RandomAccess
  readonly #segmentsAt: number
  readonly #segmentCount: number
  #cipher: (SegmentCipher & Disposable) | undefined

  private constructor(ciphertext: RandomAccess, segmentsAt: number, cipher: SegmentCipher & Disposable) {
    this.#ciphertext = ciphertext
    this.#segmentsAt = segmentsAt
    this.#cipher = cipher
    const sealedBytes = ciphertext.size - segmentsAt
    this.#segmentCount = countSegments(sealedBytes, cipher.segmentBytes + TAG_BYTES)
    this.size = sealedBytes - this.#segmentCount * TAG_BYTES
  }

  /**
   * Reads the head and the last segment, which says that it is the last: so the length is authenticated.
   *
   * @throws CryptoError DECRYPTION_FAILED
   */
  static async open(ciphertext: RandomAccess, options: OpenStreamOptions): Promise<SeekableStream> {
    const head = await readStreamHead(readFromStart(ciphertext, options))
    const cipher = await openHead(head, options.openRecord)
    try {
      const stream = new SeekableStream(ciphertext, lengthOf(head), cipher)
      await stream.#openSegments(stream.#segmentCount - 1, stream.#segmentCount, options.signal)
      return stream
    } catch (error) {
      cipher[Symbol.dispose]()
      throw error
    }
  }

  /** @throws CryptoError DECRYPTION_FAILED if a segment that is needed was changed */
  async read(offset: number, length: number, { signal }: CallOptions = {}): Promise<Uint8Array> {
    requireRange(offset, length)
    const { segmentBytes } = this.#open()
    const end = Math.min(offset + length, this.size)
    if (offset >= end) return new Uint8Array(0)
    const plaintext = new Uint8Array(end - offset)
    const perRun = Math.max(1, Math.floor(RUN_BYTES / segmentBytes))
    const after = Math.ceil(end / segmentBytes)
    for (let index = Math.floor(offset / segmentBytes); index < after; index += perRun) {
      const opened = await this.#openSegments(index, Math.min(index + perRun, after), signal)
      const start = index * segmentBytes
      const from = Math.max(0, offset - start)
      plaintext.set(opened.subarray(from, end - start), start + from - offset)
    }
    return plaintext
  }

  /** Zeroes the key. */
  [Symbol.dispose](): void {
    this.#cipher?.[Symbol.dispose]()
    this.#cipher = undefined
  }

  async #openSegments(index: number, after: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    throwIfAborted(signal)
    const sealedBytes = this.#open().segmentBytes + TAG_BYTES
    const offset = this.#segmentsAt + index * sealedBytes
    const length = Math.min(this.#segmentsAt + after * sealedBytes, this.#ciphertext.size) - offset
    const bytes = await this.#ciphertext.read(offset, length, signal && { signal })
    if (bytes.length !== length) throw decryptionFailed()
    const run: Run = { pieces: [bytes], index, last: after === this.#segmentCount }
    return openRun(this.#open(), run)
  }

  #open(): SegmentCipher {
    if (!this.#cipher) throw new CryptoError('CLOSED', 'The stream was closed')
    return this.#cipher
  }
}

/** @throws CryptoError DECRYPTION_FAILED if no stream has so many bytes of segments */
function countSegments(sealedBytes: number, size: number): number {
  const count = Math.max(1, Math.ceil(sealedBytes / size))
  const last = sealedBytes - (count - 1) * size
  // Only an empty stream ends with an empty segment.
  if (last < TAG_BYTES || (last === TAG_BYTES && count > 1)) throw decryptionFailed()
  return count
}

function lengthOf({ encodedGreenKey, header }: StreamHead): number {
  return encodedGreenKey.length + header.length
}

async function* readFromStart(source: RandomAccess, { signal }: CallOptions): AsyncGenerator<Uint8Array> {
  for (let offset = 0, length = HEAD_READ_BYTES; offset < source.size; length *= 4) {
    throwIfAborted(signal)
    const bytes = await source.read(offset, Math.min(length, source.size - offset), signal && { signal })
    if (bytes.length === 0) return
    yield bytes
    offset += bytes.length
  }
}

function requireRange(offset: number, length: number): void {
  if (Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0) return
  throw new CryptoError('INVALID_INPUT', 'Offset and length are integers from 0 on')
}
