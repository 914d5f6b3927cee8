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
import {
  encodeWrappedKeys,
  isMadeWith,
  KMS_WRAPPING,
  MAX_LABEL_BYTES,
  MAX_WRAPPED_BYTES,
  type WrappedKey,
  type WrappedKeyList,
} from './wrapped-keys.js'

export interface KmsDataKeysOptions {
  readonly kms: Kms
  /** At most 255 bytes. */
  readonly keyId: string
}

/** One data key for each record: asked of the KMS each time, and destroyed at the end of the call. */
export class PerRecordDataKeys implements DataKeySource {
  readonly #kms: Kms
  readonly #keyId: string
  readonly #calls = { generateDataKey: 0, decrypt: 0, encrypt: 0 }
  #closed = false

  /** @throws CryptoError INVALID_CONFIG for a key id that does not fit into a green key */
  constructor({ kms, keyId }: KmsDataKeysOptions) {
    if (keyId === '' || !keyId.isWellFormed() || Buffer.byteLength(keyId) > MAX_LABEL_BYTES) {
      throw new CryptoError('INVALID_CONFIG', `A key id has 1 to ${MAX_LABEL_BYTES} bytes of UTF-8`)
    }
    this.#kms = kms
    this.#keyId = keyId
  }

  async forEncryption({ kmsContext }: DataKeyRequest, options?: CallOptions): Promise<DataKeyLease> {
    this.#count('generateDataKey')
    const key = await this.#kms.generateDataKey(this.#keyId, kmsContext, options)
    try {
      requireKeyLength(key.plaintext.length)
      return lease(key, encodeWrappedKeys([this.#wrapping(key.wrapped)], key.plaintext))
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
    const { bytes } = this.#choose(list)
    this.#count('decrypt')
    const key = new DataKey(bytes, await this.#kms.decrypt(bytes, kmsContext, options))
    if (key.plaintext.length === DATA_KEY_BYTES && isMadeWith(key.plaintext, list)) return lease(key, list.encoded)
    key[Symbol.dispose]()
    throw decryptionFailed()
  }

  tryForDecryption(): undefined {}

  /** By encrypt, because the Alibaba client has no ReEncrypt and dedicated gateways do not offer it. */
  async rewrap(
    { plaintext }: DataKeyLease,
    list: WrappedKeyList,
    kmsContext: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    const former = this.#choose(list)
    this.#count('encrypt')
    const renewed = this.#wrapping(await this.#kms.encrypt(this.#keyId, plaintext, kmsContext, options))
    const keys = list.keys.map((each) => (each === former ? renewed : each))
    return encodeWrappedKeys(keys, plaintext)
  }

  stats(): DataKeyStats {
    return { kmsCalls: { ...this.#calls }, hits: 0, misses: 0, cachedKeys: 0, pooledKeys: 0 }
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

  #wrapping(bytes: Uint8Array): WrappedKey {
    if (bytes.length === 0 || bytes.length > MAX_WRAPPED_BYTES) {
      throw new CryptoError('KMS_PROTOCOL', `The KMS gave a wrapped key of ${bytes.length} bytes`)
    }
    return { kind: KMS_WRAPPING, label: this.#keyId, bytes }
  }
}

function lease(key: DataKey, encodedList: Uint8Array): DataKeyLease {
  return { plaintext: key.plaintext, encodedList, [Symbol.dispose]: () => key[Symbol.dispose]() }
}

function requireKeyLength(length: number): void {
  if (length === DATA_KEY_BYTES) return
  throw new CryptoError('KMS_PROTOCOL', `The KMS gave a data key of ${length} bytes instead of ${DATA_KEY_BYTES}`)
}
