import { CryptoError } from './errors.js'

/**
 * A provider's stream. Whatever the provider throws, the consumer sees a CryptoError; an error of the source passes as it
 * is.
 *
 * @param toError makes it of anything else
 */
export async function* guardStream(
  source: AsyncIterable<Uint8Array>,
  start: (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
  toError: (cause: unknown) => CryptoError,
): AsyncGenerator<Uint8Array> {
  const watched = new WatchedSource(source)
  try {
    yield* start(watched)
  } catch (error) {
    throw CryptoError.is(error) || watched.failedWith(error) ? error : toError(error)
  }
}

class WatchedSource implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterable<Uint8Array>
  readonly #failures: unknown[] = []

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source
  }

  failedWith(error: unknown): boolean {
    return this.#failures.includes(error)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#source
    } catch (error) {
      this.#failures.push(error)
      throw error
    }
  }
}
