import type { CallOptions, EncryptionContext, Stats } from '@parasol/core'
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
  /** Records of different partitions, such as tenants, never share a data key. */
  readonly partition?: string | undefined
}

/** Counts since the start, and what is in memory now. */
export interface DataKeyStats extends Stats {
  /** Calls of the KMS, failed ones included. */
  readonly kmsCalls: { readonly generateDataKey: number; readonly decrypt: number; readonly encrypt: number }
  /** Data keys that a recipient opened, since the scheme's own KMS was away. */
  readonly standIns: number
  /** Data keys that were not wrapped for a recipient that stands in, since that was away. */
  readonly withoutStandIn: number
  /** Data keys that were in memory when they were asked for. */
  readonly hits: number
  /** Data keys for which a caller had to wait. */
  readonly misses: number
  /** How often a key that was too old was let serve for another second, since the KMS was away. */
  readonly stale: number
  /** Data keys in memory that encrypt or decrypt more than one record. */
  readonly cachedKeys: number
  /** Data keys that were fetched in advance, each for one record. */
  readonly pooledKeys: number
}

/**
 * Where data keys come from and how long they live: the policy of a scheme. Its methods may be called any number of
 * times at once, and reject as those of `Kms` do. Disposal zeroes what is in memory; afterwards they throw CLOSED.
 */
export interface DataKeySource extends Disposable {
  /** A key to encrypt a record with. */
  forEncryption(request: DataKeyRequest, options?: CallOptions): Promise<DataKeyLease>

  /** The same if a key is in memory, else undefined: the KMS is not asked. */
  tryForEncryption(request: DataKeyRequest): DataKeyLease | undefined

  /**
   * The key that the wrappings hold, if they are, to the last one, those that were made for it.
   *
   * @throws CryptoError DECRYPTION_FAILED
   */
  forDecryption(list: WrappedKeyList, kmsContext: EncryptionContext, options?: CallOptions): Promise<DataKeyLease>

  /** The same if it is in memory, else undefined: the KMS is not asked. */
  tryForDecryption(list: WrappedKeyList, kmsContext: EncryptionContext): DataKeyLease | undefined

  /** The same if the bytes go on at an offset with the list that was used last; it need not be decoded then. */
  tryForLastList(bytes: Buffer, offset: number, kmsContext: EncryptionContext): DataKeyLease | undefined

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

  stats(): DataKeyStats
}
