import { type CallOptions, CryptoError, type EncryptionContext } from '@parasol/core'
import { limitOf, type PrefetchLimits } from './data-key-policy.js'
import type { DataKeyLease, DataKeyRequest, DataKeySource, DataKeyStats } from './data-key-source.js'
import { KeyPool } from './key-pool.js'
import type { WrappedKeyList } from './wrapped-keys.js'

export interface PrefetchedDataKeysOptions {
  /** Where new keys come from. It is closed together with this. */
  readonly source: DataKeySource
  readonly limits: PrefetchLimits
}

const MAX_POOLS = 64

/** One data key for each record, taken from a pool that is filled up again in the background. */
export class PrefetchedDataKeys implements DataKeySource {
  readonly #source: DataKeySource
  readonly #size: number
  readonly #maxAgeSeconds: number
  readonly #pools = new Map<string, KeyPool>()
  #hits = 0
  #misses = 0
  #closed = false

  /** @throws CryptoError INVALID_CONFIG for a limit out of its range */
  constructor({ source, limits }: PrefetchedDataKeysOptions) {
    this.#source = source
    this.#size = limitOf('prefetch', limits.prefetch)
    this.#maxAgeSeconds = limitOf('maxAgeSeconds', limits.maxAgeSeconds)
  }

  async forEncryption(request: DataKeyRequest, options?: CallOptions): Promise<DataKeyLease> {
    const ready = this.tryForEncryption(request)
    if (ready) return ready
    this.#misses += 1
    return this.#source.forEncryption(request, options)
  }

  tryForEncryption({ kmsContext }: DataKeyRequest): DataKeyLease | undefined {
    if (this.#closed) throw new CryptoError('CLOSED', 'The scheme was closed')
    const ready = this.#pool(kmsContext).take()
    if (ready) this.#hits += 1
    return ready
  }

  forDecryption(list: WrappedKeyList, kmsContext: EncryptionContext, options?: CallOptions): Promise<DataKeyLease> {
    return this.#source.forDecryption(list, kmsContext, options)
  }

  tryForDecryption(): undefined {}

  tryForLastList(): undefined {}

  rewrap(
    dataKey: DataKeyLease,
    list: WrappedKeyList,
    kmsContext: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    return this.#source.rewrap(dataKey, list, kmsContext, options)
  }

  stats(): DataKeyStats {
    const pooledKeys = [...this.#pools.values()].reduce((total, pool) => total + pool.ready, 0)
    return { ...this.#source.stats(), hits: this.#hits, misses: this.#misses, pooledKeys }
  }

  [Symbol.dispose](): void {
    this.#closed = true
    for (const pool of this.#pools.values()) pool[Symbol.dispose]()
    this.#pools.clear()
    this.#source[Symbol.dispose]()
  }

  #pool(kmsContext: EncryptionContext): KeyPool {
    const id = JSON.stringify(Object.entries(kmsContext).sort())
    const pool = this.#pools.get(id) ?? this.#newPool(kmsContext)
    // The pool that was used last stands last.
    this.#pools.delete(id)
    this.#pools.set(id, pool)
    return pool
  }

  #newPool(kmsContext: EncryptionContext): KeyPool {
    const [oldest] = this.#pools
    if (oldest && this.#pools.size >= MAX_POOLS) {
      this.#pools.delete(oldest[0])
      oldest[1][Symbol.dispose]()
    }
    return new KeyPool({
      size: this.#size,
      maxAgeSeconds: this.#maxAgeSeconds,
      fetch: (signal) => this.#source.forEncryption({ kmsContext, bytes: 0 }, { signal }),
    })
  }
}
