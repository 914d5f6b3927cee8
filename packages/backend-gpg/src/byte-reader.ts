import { CryptoError, decryptionFailed } from '@parasol/core'

/**
 * Reads an encrypted stream by bytes and lengths. What ends too early is DECRYPTION_FAILED; errors of the source pass
 * through as they are.
 */
export class ByteReader implements AsyncDisposable {
  readonly #source: AsyncIterator<Uint8Array>
  #chunk: Uint8Array = new Uint8Array(0)
  #done = false
  #closed = false

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  async atEnd(): Promise<boolean> {
    // What is closed too early must not look like what has ended.
    if (this.#closed) throw new CryptoError('CLOSED', 'The stream was already closed')
    while (this.#chunk.length === 0 && !this.#done) {
      const { value, done } = await this.#source.next()
      if (done) this.#done = true
      else this.#chunk = value
    }
    return this.#chunk.length === 0
  }

  /** The next byte, which stays where it is; undefined at the end. */
  async peek(): Promise<number | undefined> {
    return (await this.atEnd()) ? undefined : this.#chunk[0]
  }

  /** A copy of the next bytes. */
  async take(length: number): Promise<Uint8Array> {
    const taken = new Uint8Array(length)
    for (let filled = 0; filled < length; ) filled += await this.readInto(taken.subarray(filled))
    return taken
  }

  /** Copies as much as is there and the target can hold, at least one byte. */
  async readInto(target: Uint8Array): Promise<number> {
    if (this.#chunk.length === 0 && (await this.atEnd())) throw decryptionFailed()
    const piece = this.#chunk.subarray(0, target.length)
    target.set(piece)
    this.#chunk = this.#chunk.subarray(piece.length)
    return piece.length
  }

  /** The next so many bytes, in pieces that are valid until the next one is asked for. */
  async *pieces(length: number): AsyncGenerator<Uint8Array> {
    for (let missing = length; missing > 0; ) {
      if (await this.atEnd()) throw decryptionFailed()
      const piece = this.#chunk.subarray(0, missing)
      this.#chunk = this.#chunk.subarray(piece.length)
      missing -= piece.length
      yield piece
    }
  }

  /** All that is left. */
  async *rest(): AsyncGenerator<Uint8Array> {
    while (!(await this.atEnd())) {
      const piece = this.#chunk
      this.#chunk = new Uint8Array(0)
      yield piece
    }
  }

  /** Closes the source. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    if (!this.#done) await this.#source.return?.()
  }
}
