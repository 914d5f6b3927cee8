import { CryptoError, throwIfAborted } from '@parasol/core'

/** Calls that wait; more than these are throttled here rather than kept in memory. */
const MAX_WAITING = 10_000

/**
 * Lets a number of calls run at a time; the others wait for their turn, in the order in which they came.
 *
 * cockatiel's bulkhead is not used because a waiting call that was cancelled keeps its turn there and does not pass it
 * on: the calls behind it then wait although nothing runs.
 */
export class ConcurrencyLimit {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(maxConcurrent: number) {
    this.#free = maxConcurrent
  }

  /** @throws CryptoError ABORTED as soon as the signal aborts a call that waits, THROTTLED if too many wait */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    throwIfAborted(signal)
    if (this.#free > 0) this.#free--
    else await this.#turn(signal)
    try {
      return await work()
    } finally {
      this.#passOn()
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= MAX_WAITING) {
      throw new CryptoError('THROTTLED', `More than ${MAX_WAITING} calls wait for the KMS`)
    }
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = (): void => {
        this.#waiting.delete(enter)
        reject(new CryptoError('ABORTED', 'The operation was aborted'))
      }
      signal.addEventListener('abort', giveUp, { once: true })
      this.#waiting.add(enter)
    })
  }

  #passOn(): void {
    const [next] = this.#waiting
    if (!next) {
      this.#free++
      return
    }
    this.#waiting.delete(next)
    next()
  }
}
