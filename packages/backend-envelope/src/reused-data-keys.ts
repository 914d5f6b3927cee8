import { performance } from 'node:perf_hooks'
import { BoundedCache, type CallOptions, CryptoError, type EncryptionContext } from '@parasol/core'
import { contextId } from './context-id.js'
import { limitOf, type ReuseLimits } from './data-key-policy.js'
import type { DataKeyLease, DataKeyRequest, DataKeySource, DataKeyStats } from './data-key-source.js'
import { DecryptionIds } from './decryption-ids.js'
import { KeptKey, type KeyAllowance } from './kept-key.js'
import { SingleFlight } from './single-flight.js'
import type { WrappedKeyList } from './wrapped-keys.js'

export interface ReusedDataKeysOptions {
  /** Where new keys come from. It is closed together with this. */
  readonly source: DataKeySource
  readonly limits: ReuseLimits
  /** Milliseconds of a clock that never goes backwards. */
  readonly now?: () => number
}

/** One data key for many records of a purpose and partition, within limits that hold under any concurrency. */
export class ReusedDataKeys implements DataKeySource {
  readonly #source: DataKeySource
  readonly #allowance: KeyAllowance
  readonly #encrypting: BoundedCache<KeptKey>
  readonly #decrypting: BoundedCache<KeptKey>
  readonly #decryptionIds = new DecryptionIds()
  readonly #flights = new SingleFlight<DataKeyHold>()
  #hits = 0
  #misses = 0
  #stale = 0
  #closed = false

  /** @throws CryptoError INVALID_CONFIG for a limit out of its range */
  constructor({ source, limits, now = () => performance.now() }: ReusedDataKeysOptions) {
    const maxAgeSeconds = limitOf('maxAgeSeconds', limits.maxAgeSeconds)
    const maxStaleSeconds = limitOf('maxStaleSeconds', limits.maxStaleSeconds)
    this.#source = source
    this.#allowance = {
      maxRecords: limitOf('maxRecords', limits.maxRecords),
      maxBytes: limitOf('maxBytes', limits.maxBytes),
    }
    this.#encrypting = new BoundedCache({
      maxEntries: limitOf('maxKeys', limits.maxKeys),
      maxAgeSeconds,
      maxStaleSeconds,
      now,
    })
    this.#decrypting = new BoundedCache({
      maxEntries: limitOf('maxEntries', limits.decrypt?.maxEntries),
      maxAgeSeconds: limitOf('maxAgeSeconds', limits.decrypt?.maxAgeSeconds ?? maxAgeSeconds),
      maxStaleSeconds,
      now,
    })
  }

  async forEncryption(request: DataKeyRequest, options?: CallOptions): Promise<DataKeyLease> {
    const ready = this.tryForEncryption(request)
    if (ready) return ready
    this.#misses += 1
    if (request.bytes > this.#allowance.maxBytes) return this.#source.forEncryption(request, options)
    const id = encryptionId(request)
    const work = (signal: AbortSignal): Promise<DataKeyHold> => this.#generate(id, request, signal)
    const take = (key: KeptKey): DataKeyLease | undefined => this.#takeFrom(id, key, request.bytes)
    for (;;) {
      const lease = await this.#fetch(id, this.#encrypting, options, { work, take })
      if (lease) return lease
      const next = this.#encrypting.get(id)
      const ofNext = next && take(next)
      if (ofNext) return ofNext
    }
  }

  tryForEncryption(request: DataKeyRequest): DataKeyLease | undefined {
    this.#requireOpen()
    const id = encryptionId(request)
    const key = this.#encrypting.get(id)
    const lease = key && this.#takeFrom(id, key, request.bytes)
    if (lease) this.#hits += 1
    return lease
  }

  async forDecryption(
    list: WrappedKeyList,
    kmsContext: EncryptionContext,
    options?: CallOptions,
  ): Promise<DataKeyLease> {
    const ready = this.tryForDecryption(list, kmsContext)
    if (ready) return ready
    this.#misses += 1
    const id = this.#decryptionIds.of(list.encoded, kmsContext)
    return this.#fetch(id, this.#decrypting, options, {
      work: (signal) => this.#unwrap(id, list, kmsContext, signal),
      take: (key) => key.hold(),
    })
  }

  /** A list is known by all of its bytes, which were authenticated when its key was kept. */
  tryForDecryption(list: WrappedKeyList, kmsContext: EncryptionContext): DataKeyLease | undefined {
    return this.#holdForDecryption(this.#decryptionIds.of(list.encoded, kmsContext))
  }

  tryForLastList(bytes: Buffer, offset: number, kmsContext: EncryptionContext): DataKeyLease | undefined {
    const id = this.#decryptionIds.ofLastAt(bytes, offset, kmsContext)
    return id === undefined ? undefined : this.#holdForDecryption(id)
  }

  rewrap(
    dataKey: DataKeyLease,
    list: WrappedKeyList,
    kmsContext: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    return this.#source.rewrap(dataKey, list, kmsContext, options)
  }

  stats(): DataKeyStats {
    const cachedKeys = this.#encrypting.size + this.#decrypting.size
    return { ...this.#source.stats(), hits: this.#hits, misses: this.#misses, stale: this.#stale, cachedKeys }
  }

  [Symbol.dispose](): void {
    this.#closed = true
    this.#flights[Symbol.dispose]()
    this.#encrypting[Symbol.dispose]()
    this.#decrypting[Symbol.dispose]()
    this.#source[Symbol.dispose]()
  }

  #holdForDecryption(id: string): DataKeyLease | undefined {
    this.#requireOpen()
    const key = this.#decrypting.get(id)
    if (key) this.#hits += 1
    return key?.hold()
  }

  /** Joins the one call that fetches a key. If the KMS is away, a key that is too old serves on within its bound. */
  async #fetch<Lease extends DataKeyLease | undefined>(
    id: string,
    cache: BoundedCache<KeptKey>,
    options: CallOptions | undefined,
    { work, take }: { work: (signal: AbortSignal) => Promise<DataKeyHold>; take: (key: KeptKey) => Lease },
  ): Promise<Lease> {
    try {
      return await this.#flights.join(id, work, ({ key }) => take(key), options?.signal)
    } catch (error) {
      this.#requireOpen()
      if (!CryptoError.is(error)) throw error
      const stale = error.retryable ? cache.bridge(id) : undefined
      if (!error.retryable && error.code !== 'ABORTED') cache.delete(id)
      const lease = stale && take(stale)
      if (!lease) throw error
      this.#stale += 1
      return lease
    }
  }

  async #generate(id: string, request: DataKeyRequest, signal: AbortSignal): Promise<DataKeyHold> {
    using fresh = await this.#source.forEncryption(request, { signal })
    this.#requireOpen()
    this.#decrypting.set(this.#decryptionIds.of(fresh.encodedList, request.kmsContext), new KeptKey(fresh))
    return keep(id, new KeptKey(fresh, this.#allowance), this.#encrypting)
  }

  async #unwrap(
    id: string,
    list: WrappedKeyList,
    kmsContext: EncryptionContext,
    signal: AbortSignal,
  ): Promise<DataKeyHold> {
    using unwrapped = await this.#source.forDecryption(list, kmsContext, { signal })
    this.#requireOpen()
    return keep(id, new KeptKey(unwrapped), this.#decrypting)
  }

  #takeFrom(id: string, key: KeptKey, bytes: number): DataKeyLease | undefined {
    const lease = key.take(bytes)
    if (key.exhausted) this.#encrypting.deleteValue(id, key)
    return lease
  }

  #requireOpen(): void {
    if (this.#closed) throw new CryptoError('CLOSED', 'The scheme was closed')
  }
}

/** Keeps a key from being zeroed while those who waited for it take their leases, although it has left the cache. */
interface DataKeyHold extends Disposable {
  readonly key: KeptKey
}

function keep(id: string, key: KeptKey, cache: BoundedCache<KeptKey>): DataKeyHold {
  const hold = key.hold()
  cache.set(id, key)
  return { key, [Symbol.dispose]: () => hold[Symbol.dispose]() }
}

/** A new string takes longer to look up than one that was looked up before, so without a partition it is the same one. */
function encryptionId({ kmsContext, partition }: DataKeyRequest): string {
  return partition === undefined ? contextId(kmsContext) : `p${contextId(kmsContext)}${partition}`
}
