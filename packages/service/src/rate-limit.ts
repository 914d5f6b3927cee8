import type { Caller } from './callers.js'
import { HttpFault } from './http-fault.js'

/** A token bucket for each caller that has a limit: full at first, and filled again within a second. */
export class RateLimit {
  readonly #buckets = new Map<string, { tokens: number; at: number }>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Takes them in any case, and gives the milliseconds after which what is owed will be paid. */
  owe({ name, requestsPerSecond }: Caller, count: number): number {
    if (requestsPerSecond === undefined) return 0
    const tokens = this.#tokens(name, requestsPerSecond) - count
    this.#buckets.set(name, { tokens, at: this.#now() })
    return Math.max(0, (-tokens / requestsPerSecond) * 1000)
  }

  /** More than one may leave the bucket in debt, which is paid before the next. @throws HttpFault RATE_LIMITED */
  take({ name, requestsPerSecond }: Caller, count = 1): void {
    if (requestsPerSecond === undefined) return
    const tokens = this.#tokens(name, requestsPerSecond)
    this.#buckets.set(name, { tokens: tokens >= 1 ? tokens - count : tokens, at: this.#now() })
    if (tokens < 1) throw new HttpFault('RATE_LIMITED')
  }

  #tokens(name: string, perSecond: number): number {
    const now = this.#now()
    const { tokens, at } = this.#buckets.get(name) ?? { tokens: perSecond, at: now }
    return Math.min(perSecond, tokens + ((now - at) / 1000) * perSecond)
  }
}
