/** The bytes in chunks of a size, as a source yields them. */
export async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.slice(start, start + size)
}

/** Chunks that are there already. */
export async function* from(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks
}

/** The bytes in chunks that all lie in the same memory, as a producer yields them that reads into one buffer. */
export async function* reusing(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const memory = new Uint8Array(size)
  for (let start = 0; start < bytes.length; start += size) {
    const chunk = bytes.subarray(start, start + size)
    memory.fill(0xee).set(chunk)
    yield memory.subarray(0, chunk.length)
  }
  memory.fill(0xee)
}

/** A source that counts what was taken from it and knows whether it was closed. */
export class WatchedSource implements AsyncIterable<Uint8Array> {
  taken = 0
  closed = false
  readonly #source: AsyncIterable<Uint8Array>

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of this.#source) {
        this.taken += chunk.length
        yield chunk
      }
    } finally {
      this.closed = true
    }
  }
}

/** More zeros, 32 MiB, than a stream may be read ahead; it ends, so that one that reads them all fails and does not hang. */
export async function* zeros(): AsyncGenerator<Uint8Array> {
  for (let chunk = 0; chunk < 2048; chunk += 1) yield new Uint8Array(16_384)
}

/** What a stream yielded, and with what it ended, if not well. */
export interface Drained {
  readonly bytes: Uint8Array
  readonly chunks: readonly Uint8Array[]
  readonly error?: unknown
}

/** Reads a stream to its end, whatever that is. */
export async function drain(stream: AsyncIterable<Uint8Array>): Promise<Drained> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of stream) chunks.push(chunk)
    return { chunks, bytes: Buffer.concat(chunks) }
  } catch (error) {
    return { chunks, bytes: Buffer.concat(chunks), error }
  }
}

/** Reads a stream that must end well. */
export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const drained = await drain(stream)
  if ('error' in drained) throw drained.error
  return drained.bytes
}
