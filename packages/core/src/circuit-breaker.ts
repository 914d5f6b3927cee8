import { CryptoError } from './errors.js'

export type CircuitState = 'closed' | 'open' | 'half-open'

export interface CircuitBreakerOptions {
  /** What is behind it, as messages call it. */
  readonly name: string
  /** How many calls in a row must fail before it opens; 5 by default. */
  readonly failures?: number
  /** For how long it stays open, in milliseconds; 2,000 by default. */
  readonly pauseMs?: number
  /** Milliseconds of a clock that never goes backwards. */
  readonly now?: () => number
}

/**
 * Keeps calls from a service that fails: after some failures in a row it refuses them at once for a while, then lets one
 * through to find out. A failure is an error that says that it may pass (`retryable`); a refusal is an answer.
 *
 * It is our own since cockatiel's measures its pause by the time of day: set back by an hour, it stays open for an hour.
 */
export class CircuitBreaker {
  readonly #name: string
  readonly #failures: number
  readonly #pauseMs: number
  readonly #now: () => number
  #failed = 0
  #openUntil: number | undefined
  #probing = false

  constructor({ name, failures = 5, pauseMs = 2_000, now = () => performance.now() }: CircuitBreakerOptions) {
    this.#name = name
    this.#failures = failures
    this.#pauseMs = pauseMs
    this.#now = now
  }

  get state(): CircuitState {
    if (this.#openUntil === undefined) return 'closed'
    return this.#now() < this.#openUntil ? 'open' : 'half-open'
  }

  /** Whether `run` would do its work now. */
  get ready(): boolean {
    const { state } = this
    return state === 'closed' || (state === 'half-open' && !this.#probing)
  }

  /** @throws CryptoError KMS_UNAVAILABLE, reason CIRCUIT_OPEN, without doing the work; or what the work throws */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (!this.ready) throw this.#refusal()
    return this.state === 'closed' ? this.#attempt(work) : this.#probe(work)
  }

  async #probe<T>(work: () => Promise<T>): Promise<T> {
    this.#probing = true
    try {
      return await this.#attempt(work)
    } finally {
      this.#probing = false
    }
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work()
      this.#close()
      return result
    } catch (error) {
      this.#judge(error)
      throw error
    }
  }

  /** Who gave up has learnt nothing of the service. */
  #judge(error: unknown): void {
    if (!CryptoError.is(error)) return
    if (error.retryable) this.#fail()
    else if (error.code !== 'ABORTED') this.#close()
  }

  #fail(): void {
    this.#failed += 1
    if (this.#failed >= this.#failures) this.#openUntil = this.#now() + this.#pauseMs
  }

  #close(): void {
    this.#failed = 0
    this.#openUntil = undefined
  }

  #refusal(): CryptoError {
    return new CryptoError(
      'KMS_UNAVAILABLE',
      `${this.#name} failed ${this.#failures} times in a row and is not asked for a moment`,
      { reason: 'CIRCUIT_OPEN' },
    )
  }
}
