import type { Caller } from './callers.js'
import { HttpFault } from './http-fault.js'

/** A token bucket for each caller that has a limit: full at first, and filled again within a second. */
export class RateLimit {
  readonly #buckets = new Map<string, { tokens: number; at: number }>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** More than one may leave the bucket in debt, which is paid before the next. @throws HttpFault RATE_LIMITED */
  take({ name, requestsPerSecond }: Caller, count = 1): void {
    if (requestsPerSecond === undefined) return
    const now = this.#now()
    const bucket = this.#buckets.get(name) ?? { tokens: requestsPerSecond, at: now }
    const filled = bucket.tokens + ((now - bucket.at) / 1000) * requestsPerSecond
    const tokens = Math.min(requestsPerSecond, filled)
    this.#buckets.set(name, { tokens: tokens >= 1 ? tokens - count : tokens, at: now })
    if (tokens < 1) throw new HttpFault('RATE_LIMITED')
  }
}
