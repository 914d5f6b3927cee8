import {
  type CallOptions,
  CryptoError,
  DATA_KEY_BYTES,
  DataKey,
  decryptionFailed,
  type EncryptionContext,
  type Kms,
} from '@parasol/core'
import { encodeWrappedKeys, KMS_WRAPPING, type WrappedKeyList } from './wrapped-keys.js'

/** A data key for as long as one call needs it; hold it in a `using`. */
export interface DataKeyLease extends Disposable {
  /** 32 bytes. Not to be changed or kept. */
  readonly plaintext: Uint8Array
  /** Its wrappings, as they stand in a green key. */
  readonly encodedList: Uint8Array
}

/** What a data key is wanted for. */
export interface DataKeyRequest {
  /** What the KMS, and its audit trail, see of the data: the purpose alone, so that a key can serve many records. */
  readonly kmsContext: EncryptionContext
  /** The bytes that it is to encrypt, for policies that limit them. */
  readonly bytes: number
}

/** Where data keys come from and how long they live: the policy of a scheme. */
export interface DataKeySource {
  /** A key to encrypt a record with. */
  forEncryption(request: DataKeyRequest, options?: CallOptions): Promise<DataKeyLease>

  /**
   * The key that the wrappings hold, if they are those that were made for it.
   *
   * @throws CryptoError DECRYPTION_FAILED
   */
  forDecryption(list: WrappedKeyList, kmsContext: EncryptionContext, options?: CallOptions): Promise<DataKeyLease>

  /** The same data key in new wrappings. */
  rewrap(list: WrappedKeyList, kmsContext: EncryptionContext, options?: CallOptions): Promise<DataKeyLease>
}

export interface KmsDataKeysOptions {
  readonly kms: Kms
  readonly keyId: string
}

/** One data key for each record: asked of the KMS each time, and destroyed at the end of the call. */
export class PerRecordDataKeys implements DataKeySource {
  readonly #kms: Kms
  readonly #keyId: string

  constructor({ kms, keyId }: KmsDataKeysOptions) {
    this.#kms = kms
    this.#keyId = keyId
  }

  async forEncryption({ kmsContext }: DataKeyRequest, options?: CallOptions): Promise<DataKeyLease> {
    const key = await this.#kms.generateDataKey(this.#keyId, kmsContext, options)
    if (key.plaintext.length !== DATA_KEY_BYTES) {
      const { length } = key.plaintext
      key[Symbol.dispose]()
      throw new CryptoError('KMS_PROTOCOL', `The KMS gave a data key of ${length} bytes instead of ${DATA_KEY_BYTES}`)
    }
    return this.#lease(key)
  }

  async forDecryption(
    list: WrappedKeyList,
    kmsContext: EncryptionContext,
    options?: CallOptions,
  ): Promise<DataKeyLease> {
    const wrapped = list.keys.find(({ kind }) => kind === KMS_WRAPPING)
    if (!wrapped) throw decryptionFailed()
    const key = new DataKey(wrapped.bytes, await this.#kms.decrypt(wrapped.bytes, kmsContext, options))
    if (key.plaintext.length === DATA_KEY_BYTES && list.isMadeWith(key.plaintext)) return this.#lease(key)
    key[Symbol.dispose]()
    throw decryptionFailed()
  }

  /** By decrypt and encrypt, because the Alibaba client has no ReEncrypt and dedicated gateways do not offer it. */
  async rewrap(list: WrappedKeyList, kmsContext: EncryptionContext, options?: CallOptions): Promise<DataKeyLease> {
    using former = await this.forDecryption(list, kmsContext, options)
    const wrapped = await this.#kms.encrypt(this.#keyId, former.plaintext, kmsContext, options)
    return this.#lease(new DataKey(wrapped, former.plaintext.slice()))
  }

  #lease(key: DataKey): DataKeyLease {
    const { plaintext, wrapped } = key
    const keys = [{ kind: KMS_WRAPPING, label: this.#keyId, bytes: wrapped }]
    return { plaintext, encodedList: encodeWrappedKeys(keys, plaintext), [Symbol.dispose]: () => key[Symbol.dispose]() }
  }
}
