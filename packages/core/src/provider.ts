import type { EncryptionContext } from './context.js'
import type { TextCodec } from './text-codec.js'

/** One encryption scheme. Backends implement it; applications use `Cipher`. */
export interface CryptoProvider {
  /** `kms-direct`, `envelope`, `gpg` or a name of your own; written into every token. */
  readonly scheme: string
  readonly traits: ProviderTraits

  /**
   * Encrypts bytes and binds the context to the ciphertext. The same plaintext twice gives different ciphertexts.
   * The caller's buffers are neither kept nor changed.
   *
   * @throws CryptoError PLAINTEXT_TOO_LARGE above `traits.maxPlaintextBytes`
   */
  encrypt(plaintext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array>

  /**
   * Gives back the plaintext of a ciphertext that this provider made under the same context. Nothing is returned
   * before all of it is authenticated.
   *
   * @throws CryptoError DECRYPTION_FAILED, with one message, whatever is wrong with ciphertext, key or context
   */
  decrypt(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array>
}

/** What shared code may ask of a scheme instead of asking for its name. */
export interface ProviderTraits {
  readonly maxPlaintextBytes: number
  /** If false, `encrypt` and `decrypt` refuse a context that is not empty. */
  readonly bindsContext: boolean
  /** Whether plaintext is sent to another process to be encrypted. */
  readonly plaintextLeavesProcess: boolean
  /**
   * Whether bytes can be the beginning of a ciphertext of this scheme, by the first 64 of them. Nothing is authenticated by
   * it: it chooses among the schemes that a use case reads. Left out by schemes whose ciphertexts say nothing of themselves.
   */
  begins?(head: Uint8Array): boolean
}

export interface CallOptions {
  /** Gives up the call, which then rejects with CryptoError ABORTED. */
  readonly signal?: AbortSignal
}

export interface StreamOptions extends CallOptions {
  /**
   * Whether all chunks that come out may lie in the same memory, so that one is valid only until the next is asked for.
   * It spares who writes them to a file at once much garbage. False by default.
   */
  readonly reuseMemory?: boolean
}

/** The fields of a record, encrypted under one data key. */
export interface SealedRecord {
  /** The wrapped ("green") key, with all that is needed to open the fields but the KMS. */
  readonly key: Uint8Array
  /** Ciphertexts by the name of their field. */
  readonly fields: ReadonlyMap<string, Uint8Array>
}

/** A provider that encrypts the fields of a record under one data key and binds each to its name. */
export interface RecordProvider extends CryptoProvider {
  encryptRecord(
    fields: ReadonlyMap<string, Uint8Array>,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<SealedRecord>

  /** Decrypts the fields that are there: any subset of those that were encrypted together. */
  decryptRecord(
    record: SealedRecord,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, Uint8Array>>
}

/**
 * A provider that can renew a ciphertext under the newest version of its KMS key: its wrapped key alone, without touching its
 * data, or, where the KMS itself encrypts the data, all of it.
 */
export interface RewrapProvider extends CryptoProvider {
  rewrap(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array>
}

/** A provider that encrypts data of any length in constant memory. */
export interface StreamProvider extends CryptoProvider {
  encryptStream(
    plaintext: AsyncIterable<Uint8Array>,
    context: EncryptionContext,
    options?: StreamOptions,
  ): AsyncIterable<Uint8Array>

  /** Yields only bytes that are authenticated; the iteration fails if the end is missing. */
  decryptStream(
    ciphertext: AsyncIterable<Uint8Array>,
    context: EncryptionContext,
    options?: StreamOptions,
  ): AsyncIterable<Uint8Array>
}

/** A provider whose messages say only at their end whether they are genuine: until then `decryptStream` keeps plaintext. */
export interface WithholdingProvider extends StreamProvider {
  /**
   * As `decryptStream`, for whoever keeps all of it himself, and discards it unless the iteration ends without an
   * error: before that, what it yields is NOT authenticated. A chunk is valid until the next one is asked for.
   */
  decryptUnverified(
    ciphertext: AsyncIterable<Uint8Array>,
    context: EncryptionContext,
    options?: CallOptions,
  ): AsyncIterable<Uint8Array>
}

/** A provider that can renew the wrapped key of a stream while the rest of it passes by. */
export interface StreamRewrapProvider extends RewrapProvider {
  rewrapStream(
    ciphertext: AsyncIterable<Uint8Array>,
    context: EncryptionContext,
    options?: CallOptions,
  ): AsyncIterable<Uint8Array>
}

/** Bytes that can be read in any order: an open file, an object in a store. */
export interface RandomAccess {
  readonly size: number
  /** The bytes from an offset on: as many as are asked for, fewer only where the end comes first. */
  read(offset: number, length: number, options?: CallOptions): Promise<Uint8Array>
}

/** A provider that decrypts any part of a stream without the rest. */
export interface SeekableProvider extends StreamProvider {
  /**
   * The plaintext of a stream that `encryptStream` made. When this resolves, its key, context and length are
   * authenticated; each part is when it is read. Disposal zeroes the key.
   */
  openSeekable(
    ciphertext: RandomAccess,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<RandomAccess & Disposable>
}

/** A provider that need not wait if what it needs of its KMS is in memory. */
export interface SyncProvider extends CryptoProvider {
  /** As `encrypt`; undefined if it would have to wait. */
  tryEncrypt(plaintext: Uint8Array, context: EncryptionContext): Uint8Array | undefined
  /** As `decrypt`; undefined if it would have to wait. */
  tryDecrypt(ciphertext: Uint8Array, context: EncryptionContext): Uint8Array | undefined
}

/** A provider that need not wait for records either. */
export interface SyncRecordProvider extends SyncProvider, RecordProvider {
  /** As `encryptRecord`; undefined if it would have to wait. */
  tryEncryptRecord(fields: ReadonlyMap<string, Uint8Array>, context: EncryptionContext): SealedRecord | undefined
  /** As `decryptRecord`; undefined if it would have to wait. */
  tryDecryptRecord(record: SealedRecord, context: EncryptionContext): ReadonlyMap<string, Uint8Array> | undefined
}

/** A provider with a short cut for text. */
export interface TextProvider extends CryptoProvider {
  readonly texts: TextCodec
}

export function isRecordProvider(provider: CryptoProvider): provider is RecordProvider {
  return 'encryptRecord' in provider && 'decryptRecord' in provider
}

export function isRewrapProvider(provider: CryptoProvider): provider is RewrapProvider {
  return 'rewrap' in provider
}

export function isStreamProvider(provider: CryptoProvider): provider is StreamProvider {
  return 'encryptStream' in provider && 'decryptStream' in provider
}

export function isWithholdingProvider(provider: CryptoProvider): provider is WithholdingProvider {
  return isStreamProvider(provider) && 'decryptUnverified' in provider
}

export function isStreamRewrapProvider(provider: CryptoProvider): provider is StreamRewrapProvider {
  return 'rewrapStream' in provider
}

export function isSeekableProvider(provider: CryptoProvider): provider is SeekableProvider {
  return 'openSeekable' in provider
}

export function isSyncProvider(provider: CryptoProvider): provider is SyncProvider {
  return 'tryEncrypt' in provider && 'tryDecrypt' in provider
}

export function isSyncRecordProvider(provider: CryptoProvider): provider is SyncRecordProvider {
  return 'tryEncryptRecord' in provider && 'tryDecryptRecord' in provider
}

export function isTextProvider(provider: CryptoProvider): provider is TextProvider {
  return 'texts' in provider
}
