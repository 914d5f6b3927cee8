export interface BoundedCacheOptions {
  readonly maxEntries: number
  readonly maxAgeSeconds: number
  /** For how much longer `bridge` lets a value serve; not at all by default. */
  readonly maxStaleSeconds?: number
  /** Milliseconds of a clock that never goes backwards. */
  readonly now: () => number
}

interface Entry<Value> {
  readonly value: Value
  readonly staleAt: number
  readonly deadAt: number
  readonly timer: NodeJS.Timeout
  servesUntil: number
  used: boolean
}

const BRIDGE_MS = 1000

/**
 * Secrets in memory, bounded in number and age. One that leaves it, for whatever reason, is disposed of. Its timers do not
 * keep a process alive, and age is also checked at each use, since a timer may be late.
 */
export class BoundedCache<Value extends Disposable> implements Disposable {
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #options: BoundedCacheOptions

  constructor(options: BoundedCacheOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#entries.size
  }

  get(id: string): Value | undefined {
    const entry = this.#entries.get(id)
    if (!entry || this.#options.now() >= entry.servesUntil) return undefined
    entry.used = true
    return entry.value
  }

  /** Takes the value over, in the place of a former one. */
  set(id: string, value: Value): void {
    this.delete(id)
    if (this.#entries.size >= this.#options.maxEntries) this.#evict()
    const { maxAgeSeconds, maxStaleSeconds = 0, now } = this.#options
    const staleAt = now() + maxAgeSeconds * 1000
    const timer = setTimeout(() => this.delete(id), (maxAgeSeconds + maxStaleSeconds) * 1000)
    timer.unref()
    const deadAt = staleAt + maxStaleSeconds * 1000
    this.#entries.set(id, { value, staleAt, deadAt, timer, servesUntil: staleAt, used: false })
  }

  /** Lets a value that is too old serve for another second, as long as it may: for when it cannot be renewed. */
  bridge(id: string): Value | undefined {
    const entry = this.#entries.get(id)
    if (!entry) return undefined
    entry.servesUntil = Math.min(Math.max(entry.servesUntil, this.#options.now() + BRIDGE_MS), entry.deadAt)
    return this.get(id)
  }

  delete(id: string): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    clearTimeout(entry.timer)
    this.#entries.delete(id)
    entry.value[Symbol.dispose]()
  }

  /** Deletes this value unless another has taken its place. */
  deleteValue(id: string, value: Value): void {
    if (this.#entries.get(id)?.value === value) this.delete(id)
  }

  [Symbol.dispose](): void {
    for (const id of this.#entries.keys()) this.delete(id)
  }

  /** The oldest that was not used since this last came by. */
  #evict(): void {
    for (const [id, entry] of this.#entries) {
      if (!entry.used) {
        this.delete(id)
        return
      }
      entry.used = false
      this.#entries.delete(id)
      this.#entries.set(id, entry)
    }
  }
}
