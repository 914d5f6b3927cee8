import type { CallOptions, EncryptionContext } from '@parasol/core'
import type { WrappedKeyList } from './wrapped-keys.js'

/** A data key for as long as one call needs it; hold it in a `using`. */
export interface DataKeyLease extends Disposable {
  /** 32 bytes. Not to be changed or kept. */
  readonly plaintext: Uint8Array
  /** Its wrappings with their tag, as they stand in a green key. */
  readonly encodedList: Uint8Array
}

/** What a data key is wanted for. */
export interface DataKeyRequest {
  /** What the KMS, and its audit trail, see of the data: the purpose alone, so that a key can serve many records. */
  readonly kmsContext: EncryptionContext
  /** The bytes that it is to encrypt, for policies that limit them. */
  readonly bytes: number
}

/**
 * Where data keys come from and how long they live: the policy of a scheme. Its methods may be called any number of
 * times at once, and reject as those of `Kms` do.
 */
export interface DataKeySource {
  /** A key to encrypt a record with. */
  forEncryption(request: DataKeyRequest, options?: CallOptions): Promise<DataKeyLease>

  /**
   * The key that the wrappings hold, if they are, to the last one, those that were made for it.
   *
   * @throws CryptoError DECRYPTION_FAILED
   */
  forDecryption(list: WrappedKeyList, kmsContext: EncryptionContext, options?: CallOptions): Promise<DataKeyLease>

  /**
   * Wraps the key that `forDecryption` gave for a list again. Wrappings of other kinds are kept as they are.
   *
   * @returns the list with its tag, as it stands in a green key
   */
  rewrap(
    dataKey: DataKeyLease,
    list: WrappedKeyList,
    kmsContext: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array>
}
