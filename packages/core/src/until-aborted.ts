import { CryptoError, throwIfAborted } from './errors.js'

/**
 * The chunks of a source, until a signal is aborted: then the iteration fails at once, even while the source is silent,
 * and the source is closed.
 *
 * @throws CryptoError ABORTED, or INVALID_INPUT for a chunk that is not a Uint8Array
 */
export async function* untilAborted(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  throwIfAborted(signal)
  const iterator = source[Symbol.asyncIterator]()
  let waiting = true
  let ended = false
  try {
    for (;;) {
      waiting = true
      const { done, value } = await next(iterator, signal)
      waiting = false
      ended = done === true
      if (ended) return
      if (!(value instanceof Uint8Array)) throw new CryptoError('INVALID_INPUT', 'A chunk is not a Uint8Array')
      yield value
      throwIfAborted(signal)
    }
  } finally {
    const closed = ended ? undefined : close(iterator)
    // A source that is silent may never close.
    if (!waiting) await closed
  }
}

async function next(
  iterator: AsyncIterator<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<IteratorResult<Uint8Array>> {
  if (!signal) return iterator.next()
  let giveUp = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(new CryptoError('ABORTED', 'The operation was aborted'))
    signal.addEventListener('abort', giveUp, { once: true })
  })
  try {
    return await Promise.race([iterator.next(), aborted])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

async function close(iterator: AsyncIterator<Uint8Array>): Promise<void> {
  try {
    await iterator.return?.()
  } catch {
    // The iteration ends with the reason for which the source was closed.
  }
}
