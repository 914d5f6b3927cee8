import type { DataKeyLease } from './data-key-source.js'

export interface KeyPoolOptions {
  readonly size: number
  readonly maxAgeSeconds: number
  readonly fetch: (signal: AbortSignal) => Promise<DataKeyLease>
}

interface Ready {
  readonly key: DataKeyLease
  readonly expiresAt: number
  readonly timer: NodeJS.Timeout
}

const PAUSE_AFTER_FAILURE_MS = 1000

/**
 * Data keys that wait for their one use. It is filled up when one is taken, so that an idle pool asks for nothing and
 * grows empty with age. A failure to fill is silent, for whoever finds the pool empty asks himself and is told.
 */
export class KeyPool implements Disposable {
  readonly #options: KeyPoolOptions
  readonly #ready = new Set<Ready>()
  readonly #controller = new AbortController()
  #pending = 0
  #fillsFrom = 0

  constructor(options: KeyPoolOptions) {
    this.#options = options
  }

  get ready(): number {
    return this.#ready.size
  }

  take(): DataKeyLease | undefined {
    const key = this.#takeFresh()
    this.#fill()
    return key
  }

  [Symbol.dispose](): void {
    this.#controller.abort()
    for (const ready of this.#ready) this.#drop(ready)
  }

  #takeFresh(): DataKeyLease | undefined {
    for (const ready of this.#ready) {
      if (performance.now() < ready.expiresAt) return this.#remove(ready)
      this.#drop(ready)
    }
    return undefined
  }

  #fill(): void {
    if (performance.now() < this.#fillsFrom) return
    while (this.#ready.size + this.#pending < this.#options.size) {
      this.#pending += 1
      void this.#fetchOne()
    }
  }

  async #fetchOne(): Promise<void> {
    const { signal } = this.#controller
    try {
      const key = await this.#options.fetch(signal)
      if (signal.aborted) key[Symbol.dispose]()
      else this.#add(key)
    } catch {
      this.#fillsFrom = performance.now() + PAUSE_AFTER_FAILURE_MS
    } finally {
      this.#pending -= 1
    }
  }

  #add(key: DataKeyLease): void {
    const lifetime = this.#options.maxAgeSeconds * 1000
    const timer = setTimeout(() => this.#drop(ready), lifetime)
    const ready: Ready = { key, expiresAt: performance.now() + lifetime, timer }
    timer.unref()
    this.#ready.add(ready)
  }

  #remove(ready: Ready): DataKeyLease {
    clearTimeout(ready.timer)
    this.#ready.delete(ready)
    return ready.key
  }

  #drop(ready: Ready): void {
    this.#remove(ready)[Symbol.dispose]()
  }
}
