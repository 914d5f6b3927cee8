import {
  type CallOptions,
  CryptoError,
  DATA_KEY_BYTES,
  DataKey,
  decryptionFailed,
  type EncryptionContext,
  type Kms,
} from '@parasol/core'
import type { DataKeyLease, DataKeyRequest, DataKeySource, DataKeyStats } from './data-key-source.js'
import { lend, lendOpened } from './opened-data-key.js'
import {
  createRecipients,
  kmsWrapping,
  type Recipient,
  type RecoveryRecipient,
  requireKeyId,
} from './recovery-recipient.js'
import {
  encodeWrappedKeys,
  KMS_WRAPPING,
  MAX_WRAPPED_KEYS,
  RECOVERY_WRAPPING,
  type WrappedKey,
  type WrappedKeyList,
} from './wrapped-keys.js'

export interface KmsDataKeysOptions {
  readonly kms: Kms
  /** At most 255 bytes. */
  readonly keyId: string
  /**
   * Who else can open every data key. Undefined: nobody, and `rewrap` keeps the wrappings that are there; a list, also an
   * empty one: `rewrap` makes them those of the list.
   */
  readonly recovery?: readonly RecoveryRecipient[] | undefined
}

/** One data key for each record: asked of the KMS each time, and destroyed at the end of the call. */
export class PerRecordDataKeys implements DataKeySource {
  readonly #kms: Kms
  readonly #keyId: string
  readonly #recipients: readonly Recipient[] | undefined
  readonly #calls = { generateDataKey: 0, decrypt: 0, encrypt: 0 }
  #standIns = 0
  #withoutStandIn = 0
  #closed = false

  /** @throws CryptoError INVALID_CONFIG for key ids that do not fit into a green key or are not distinct */
  constructor({ kms, keyId, recovery }: KmsDataKeysOptions) {
    requireKeyId(keyId)
    this.#kms = kms
    this.#keyId = keyId
    this.#recipients = recovery && createRecipients(recovery, keyId)
  }

  async forEncryption({ kmsContext }: DataKeyRequest, options?: CallOptions): Promise<DataKeyLease> {
    this.#count('generateDataKey')
    const key = await this.#kms.generateDataKey(this.#keyId, kmsContext, options)
    try {
      requireKeyLength(key.plaintext.length)
      const keys = [kmsWrapping(this.#keyId, key.wrapped), ...(await this.#wrapForOthers(key, kmsContext, options))]
      return lend(key, encodeWrappedKeys(keys, key.plaintext))
    } catch (error) {
      key[Symbol.dispose]()
      throw error
    }
  }

  tryForEncryption(): undefined {}

  async forDecryption(
    list: WrappedKeyList,
    kmsContext: EncryptionContext,
    options?: CallOptions,
  ): Promise<DataKeyLease> {
    const key = await this.#unwrap(list, kmsContext, options)
    return lendOpened(key, list)
  }

  tryForDecryption(): undefined {}

  tryForLastList(): undefined {}

  /**
   * By encrypt: the tag of the list, which binds all wrappings, can only be made with the data key, so that a KMS that
   * re-encrypts (`ReEncryptingKms`) would keep nothing away from here.
   */
  async rewrap(
    dataKey: DataKeyLease,
    list: WrappedKeyList,
    kmsContext: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    if (this.#recipients) return this.wrapAnew(dataKey, list, kmsContext, options)
    const former = this.#choose(list)
    const renewed = await this.#wrap(dataKey, kmsContext, options)
    const keys = list.keys.map((each) => (each === former ? renewed : each))
    return encodeWrappedKeys(keys, dataKey.plaintext)
  }

  /**
   * Wraps a key for the KMS and the recipients of this scheme, and for nobody else. Of the former list only wrappings of
   * kinds that are not known are kept.
   *
   * @throws CryptoError INVALID_INPUT if those are so many that a green key cannot hold them all
   */
  async wrapAnew(
    dataKey: DataKeyLease,
    { keys }: WrappedKeyList,
    kmsContext: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    const kept = keys.filter(({ kind }) => kind !== KMS_WRAPPING && kind !== RECOVERY_WRAPPING)
    const count = 1 + (this.#recipients?.length ?? 0) + kept.length
    if (count > MAX_WRAPPED_KEYS) {
      throw new CryptoError('INVALID_INPUT', `${count} wrapped keys: a green key has at most ${MAX_WRAPPED_KEYS}`)
    }
    const own = await this.#wrap(dataKey, kmsContext, options)
    const others = await this.#wrapForOthers(dataKey, kmsContext, options)
    return encodeWrappedKeys([own, ...others, ...kept], dataKey.plaintext)
  }

  stats(): DataKeyStats {
    return {
      kmsCalls: { ...this.#calls },
      standIns: this.#standIns,
      withoutStandIn: this.#withoutStandIn,
      hits: 0,
      misses: 0,
      stale: 0,
      cachedKeys: 0,
      pooledKeys: 0,
    }
  }

  [Symbol.dispose](): void {
    this.#closed = true
  }

  #count(call: keyof DataKeyStats['kmsCalls']): void {
    if (this.#closed) throw new CryptoError('CLOSED', 'The scheme was closed')
    this.#calls[call] += 1
  }

  /** The wrapping under the key id of this scheme if there is one; else the first that a KMS can open. */
  #choose({ keys }: WrappedKeyList): WrappedKey {
    const ofKms = keys.filter(({ kind }) => kind === KMS_WRAPPING)
    const chosen = ofKms.find(({ label }) => label === this.#keyId) ?? ofKms[0]
    if (!chosen) throw decryptionFailed()
    return chosen
  }

  async #unwrap(list: WrappedKeyList, kmsContext: EncryptionContext, options?: CallOptions): Promise<DataKey> {
    const own = this.#choose(list)
    try {
      return await this.#decrypt(this.#kms, own, kmsContext, options)
    } catch (error) {
      if (!isAway(error)) throw error
      const key = await this.#unwrapElsewhere(list, kmsContext, options)
      if (key) return key
      throw error
    }
  }

  /** By the first recipient that stands in, is among the wrappings, and is there. */
  async #unwrapElsewhere(
    { keys }: WrappedKeyList,
    kmsContext: EncryptionContext,
    options?: CallOptions,
  ): Promise<DataKey | undefined> {
    for (const { kms, label, standsIn } of this.#recipients ?? []) {
      const wrapped = keys.find((each) => each.kind === KMS_WRAPPING && each.label === label)
      if (!kms || !standsIn || !wrapped) continue
      try {
        const key = await this.#decrypt(kms, wrapped, kmsContext, options)
        this.#standIns += 1
        return key
      } catch (error) {
        if (!isAway(error)) throw error
      }
    }
    return undefined
  }

  async #decrypt(kms: Kms, { bytes }: WrappedKey, kmsContext: EncryptionContext, options?: CallOptions) {
    this.#count('decrypt')
    return new DataKey(bytes, await kms.decrypt(bytes, kmsContext, options))
  }

  async #wrap(dataKey: DataKeyLease, kmsContext: EncryptionContext, options?: CallOptions): Promise<WrappedKey> {
    this.#count('encrypt')
    const bytes = await this.#kms.encrypt(this.#keyId, dataKey.plaintext, kmsContext, options)
    return kmsWrapping(this.#keyId, bytes)
  }

  /**
   * All of them or none, but for those that stand in and are away: a record whose recovery is missing would be found out
   * when it is needed.
   */
  async #wrapForOthers(
    { plaintext }: { readonly plaintext: Uint8Array },
    kmsContext: EncryptionContext,
    options?: CallOptions,
  ): Promise<readonly WrappedKey[]> {
    const recipients = this.#recipients ?? []
    for (const { kms } of recipients) if (kms) this.#count('encrypt')
    const wrapping = recipients.map((recipient) => recipient.wrap(plaintext, kmsContext, options))
    // The key is zeroed when the first one fails, so nobody may still be reading it then.
    const settled = await Promise.allSettled(wrapping)
    return settled.flatMap((each, index) => {
      if (each.status === 'fulfilled') return [each.value]
      if (!recipients[index]?.standsIn || !isAway(each.reason)) throw each.reason
      this.#withoutStandIn += 1
      return []
    })
  }
}

function isAway(error: unknown): boolean {
  return CryptoError.is(error) && error.retryable
}

function requireKeyLength(length: number): void {
  if (length === DATA_KEY_BYTES) return
  throw new CryptoError('KMS_PROTOCOL', `The KMS gave a data key of ${length} bytes instead of ${DATA_KEY_BYTES}`)
}
