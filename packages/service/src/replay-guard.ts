import { HttpFault } from './http-fault.js'
import type { SignatureStamp } from './message-signature.js'

/** How far the clock of a caller may be from ours. */
export const WINDOW_SECONDS = 60

/** For as long a signature may be good: from a clock that is a window ahead to one that is a window behind. */
const GENERATION_SECONDS = 2 * WINDOW_SECONDS

export interface ReplayGuardOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** How many signatures are remembered in a generation, beyond which requests are refused. */
  readonly maxRemembered?: number
}

/**
 * Lets each signature in once. It remembers those that could still be good, in two generations of which the older is
 * dropped whole; what was signed before it began it cannot know, and refuses.
 */
export class ReplayGuard {
  readonly #now: () => number
  readonly #maxRemembered: number
  readonly #began: number
  #turned: number
  #seen = new Set<string>()
  #seenBefore = new Set<string>()

  constructor({ now = Date.now, maxRemembered = 1_000_000 }: ReplayGuardOptions = {}) {
    this.#now = now
    this.#maxRemembered = maxRemembered
    this.#began = Math.floor(this.#seconds())
    this.#turned = this.#began
  }

  /** @throws HttpFault UNAUTHORIZED if it is out of time or was seen; OVERLOADED if there is no room to remember it */
  admit(caller: string, { created, nonce }: SignatureStamp): void {
    const now = this.#seconds()
    this.#forget(now)
    const entry = `${caller} ${nonce}`
    const isTimely = Math.abs(now - created) <= WINDOW_SECONDS && created >= this.#began
    if (!isTimely || this.#seen.has(entry) || this.#seenBefore.has(entry)) throw new HttpFault('UNAUTHORIZED')
    if (this.#seen.size >= this.#maxRemembered) throw new HttpFault('OVERLOADED')
    this.#seen.add(entry)
  }

  #forget(now: number): void {
    const elapsed = now - this.#turned
    if (elapsed < GENERATION_SECONDS) return
    this.#seenBefore = elapsed < 2 * GENERATION_SECONDS ? this.#seen : new Set()
    this.#seen = new Set()
    this.#turned = now
  }

  #seconds(): number {
    return this.#now() / 1000
  }
}
