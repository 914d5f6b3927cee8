import { setMaxListeners } from 'node:events'
import { CircuitBreaker, CryptoError, type Stats, throwIfAborted } from '@parasol/core'
import {
  ExponentialBackoff,
  fullJitterGenerator,
  handleWhen,
  type RetryPolicy,
  retry,
  TaskCancelledError,
  type TimeoutPolicy,
  TimeoutStrategy,
  timeout,
} from 'cockatiel'
import { ConcurrencyLimit } from './concurrency-limit.js'

export interface ResilienceOptions {
  /** Limit of one attempt, in milliseconds. 1,500 by default. */
  readonly attemptTimeoutMs?: number
  /** Limit of a call with all its attempts, pauses and waiting for its turn. 5,000 by default. */
  readonly totalTimeoutMs?: number
  /** 6 by default. */
  readonly maxAttempts?: number
  /** Calls under way at a time; further ones wait. 32 by default. */
  readonly maxConcurrent?: number
  /** How many calls in a row must fail, with all their attempts, before the KMS is left alone for a while. 5 by default. */
  readonly breakAfter?: number
  /** For how long, in milliseconds. 2,000 by default. */
  readonly breakForMs?: number
}

/** Enough for a first connection with TLS to another continent. */
const defaults = {
  attemptTimeoutMs: 1_500,
  totalTimeoutMs: 5_000,
  maxAttempts: 6,
  maxConcurrent: 32,
  breakAfter: 5,
  breakForMs: 2_000,
} as const

/** What the options leave open, filled in. @throws CryptoError INVALID_CONFIG that names what is not a whole number */
export function checkResilience(options: ResilienceOptions): Required<ResilienceOptions> {
  const entries = Object.entries(defaults).map(([name, value]) => [
    name,
    options[name as keyof typeof defaults] ?? value,
  ])
  for (const [name, value] of entries) {
    if (!Number.isSafeInteger(value) || Number(value) < 1 || Number(value) > 2 ** 31 - 1) {
      throw new CryptoError('INVALID_CONFIG', `${name} of the KMS must be a whole number from 1 to ${2 ** 31 - 1}`)
    }
  }
  return Object.fromEntries(entries) as Required<ResilienceOptions>
}

/**
 * Deadlines, retries, a limit of concurrency and a circuit breaker for calls. Errors that may be tried again are, with pauses of full jitter from 20 ms to 2 s, so that many callers do not come back together.
 */
export class Resilience {
  readonly #options: Required<ResilienceOptions>
  readonly #total: TimeoutPolicy
  readonly #retry: RetryPolicy
  readonly #limit: ConcurrencyLimit
  readonly #attempt: TimeoutPolicy
  readonly #breaker: CircuitBreaker
  readonly #counts = { calls: 0, attempts: 0, failedCalls: 0, failedAttempts: 0, refusedCalls: 0 }

  /** @param isRepeatable which errors are tried again; by default those that are `retryable` */
  constructor(
    options: Required<ResilienceOptions>,
    isRepeatable: (error: CryptoError) => boolean = ({ retryable }) => retryable,
  ) {
    this.#options = options
    this.#total = timeout(options.totalTimeoutMs, TimeoutStrategy.Aggressive)
    this.#retry = retry(
      handleWhen((error) => CryptoError.is(error) && isRepeatable(error)),
      {
        maxAttempts: options.maxAttempts - 1,
        backoff: new ExponentialBackoff({ initialDelay: 20, maxDelay: 2_000, generator: fullJitterGenerator }),
      },
    )
    this.#limit = new ConcurrencyLimit(options.maxConcurrent)
    this.#attempt = timeout(options.attemptTimeoutMs, TimeoutStrategy.Aggressive)
    const { breakAfter: failures, breakForMs: pauseMs } = options
    this.#breaker = new CircuitBreaker({ name: 'The KMS', failures, pauseMs })
  }

  /** Calls and attempts since the start, those that failed, calls that the breaker refused, and whether it does so now. */
  stats(): Stats {
    return { ...this.#counts, circuitOpen: this.#breaker.state === 'closed' ? 0 : 1 }
  }

  /**
   * Does the work, whose signal aborts when nobody waits for it any more.
   *
   * @throws CryptoError TIMEOUT, THROTTLED, ABORTED, KMS_UNAVAILABLE with reason CIRCUIT_OPEN, or what the last attempt threw
   */
  async execute<T>(work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    throwIfAborted(signal)
    this.#counts[this.#breaker.ready ? 'calls' : 'refusedCalls'] += 1
    return this.#breaker.run(() => this.#call(work, signal))
  }

  async #call<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    // Many calls may share a signal, such as those of a request; Node warns of more than ten as of a leak.
    if (signal) setMaxListeners(0, signal)
    const failures: CryptoError[] = []
    try {
      return await this.#total.execute(
        (total) => this.#retry.execute(() => this.#once(work, total.signal, failures), total.signal),
        signal,
      )
    } catch (error) {
      throwIfAborted(signal)
      this.#counts.failedCalls += 1
      throw error instanceof TaskCancelledError ? this.#outOfTime(failures.at(-1)) : error
    }
  }

  async #once<T>(work: (signal: AbortSignal) => Promise<T>, total: AbortSignal, failures: CryptoError[]): Promise<T> {
    try {
      return await this.#limit.run(() => this.#timed(work, total), total)
    } catch (thrown) {
      const error = thrown instanceof TaskCancelledError && !total.aborted ? this.#attemptOutOfTime() : thrown
      if (CryptoError.is(error)) failures.push(error)
      this.#counts.failedAttempts += 1
      throw error
    }
  }

  #timed<T>(work: (signal: AbortSignal) => Promise<T>, total: AbortSignal): Promise<T> {
    this.#counts.attempts += 1
    return this.#attempt.execute(({ signal }) => work(signal), total)
  }

  #attemptOutOfTime(): CryptoError {
    return new CryptoError('TIMEOUT', `The KMS gave no answer within ${this.#options.attemptTimeoutMs} ms`)
  }

  #outOfTime(last: CryptoError | undefined): CryptoError {
    const limit = `The KMS gave no good answer within ${this.#options.totalTimeoutMs} ms`
    if (!last) return new CryptoError('TIMEOUT', limit)
    return new CryptoError('TIMEOUT', `${limit}; the last attempt: ${last.message}`, {
      reason: last.reason ?? last.code,
    })
  }
}
