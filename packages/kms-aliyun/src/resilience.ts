import { CryptoError, throwIfAborted } from '@parasol/core'
import {
  BulkheadRejectedError,
  bulkhead,
  ExponentialBackoff,
  fullJitterGenerator,
  handleWhen,
  type IPolicy,
  retry,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'

export interface ResilienceOptions {
  /** Limit of one attempt, in milliseconds. 1,500 by default. */
  readonly attemptTimeoutMs?: number
  /** Limit of a call with all its attempts and pauses. 6,000 by default. */
  readonly totalTimeoutMs?: number
  /** 6 by default. */
  readonly maxAttempts?: number
  /** Calls under way at a time; further ones wait. 32 by default. */
  readonly maxConcurrent?: number
}

/** Calls that wait; more than these are throttled here rather than kept in memory. */
const MAX_WAITING = 10_000

export const DEFAULT_ATTEMPT_TIMEOUT_MS = 1_500

/**
 * Deadlines, retries and a limit of concurrency for calls that are safe to repeat. Retried are errors that say so
 * (`retryable`), with pauses of full jitter from 20 ms to 2 s, so that many callers do not come back together.
 */
export class Resilience {
  readonly #policy: IPolicy
  readonly #totalTimeoutMs: number

  constructor({
    attemptTimeoutMs = DEFAULT_ATTEMPT_TIMEOUT_MS,
    totalTimeoutMs = 6_000,
    maxAttempts = 6,
    maxConcurrent = 32,
  }: ResilienceOptions = {}) {
    this.#totalTimeoutMs = totalTimeoutMs
    this.#policy = wrap(
      timeout(totalTimeoutMs, TimeoutStrategy.Aggressive),
      retry(handleWhen(isTransient), {
        maxAttempts: maxAttempts - 1,
        backoff: new ExponentialBackoff({ initialDelay: 20, maxDelay: 2_000, generator: fullJitterGenerator }),
      }),
      bulkhead(maxConcurrent, MAX_WAITING),
      timeout(attemptTimeoutMs, TimeoutStrategy.Aggressive),
    )
  }

  /** @throws CryptoError TIMEOUT, THROTTLED, ABORTED, or what the last attempt threw */
  async execute<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    throwIfAborted(signal)
    try {
      return await untilAborted(this.#policy.execute(work, signal), signal)
    } catch (error) {
      throwIfAborted(signal)
      throw this.#translate(error)
    }
  }

  #translate(error: unknown): unknown {
    if (error instanceof TaskCancelledError) {
      return new CryptoError('TIMEOUT', `The KMS gave no answer within ${this.#totalTimeoutMs} ms`)
    }
    if (error instanceof BulkheadRejectedError) {
      return new CryptoError('THROTTLED', `More than ${MAX_WAITING} calls wait for the KMS`)
    }
    return error
  }
}

function isTransient(error: Error): boolean {
  return error instanceof TaskCancelledError || (CryptoError.is(error) && error.retryable)
}

/** The client cannot be aborted: the call goes on unheard, but its caller need not wait for it. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  const { promise, reject } = deferred<never>()
  const onAbort = (): void => reject(new CryptoError('ABORTED', 'The operation was aborted'))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function deferred<T>(): { promise: Promise<T>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<T>((_resolve, rejectPromise) => {
    reject = rejectPromise
  })
  return { promise, reject }
}
