export { base64Length, decodeBase64, decodedLength, encodeBase64 } from './base64-bytes.js'
export { BEYOND_LATIN1, decodeBase64url } from './base64url.js'
export { type BoundContext, ContextBinder, contextValue, writeBoundContext } from './bound-context.js'
export { BoundedCache, type BoundedCacheOptions } from './bounded-cache.js'
export { Cipher, type CipherOptions, type DecryptBytesOptions, type DecryptStreamOptions } from './cipher.js'
export { cipherKey } from './cipher-key.js'
export { CircuitBreaker, type CircuitBreakerOptions, type CircuitState } from './circuit-breaker.js'
export {
  type EncryptionContext,
  encodeContext,
  FIELD_KEY,
  MAX_CONTEXT_BYTES,
  PURPOSE_KEY,
  RESERVED_CONTEXT_PREFIX,
  requireEmptyContext,
  writeContext,
} from './context.js'
export { allocateSecret, DATA_KEY_BYTES, DataKey } from './data-key.js'
export {
  CryptoError,
  type CryptoErrorCode,
  type CryptoErrorOptions,
  decryptionFailed,
  throwIfAborted,
} from './errors.js'
export { giveBack } from './give-back.js'
export {
  type AdministeredKms,
  isAdministered,
  type KeyAdministration,
  type KeyFacts,
  type NewKey,
} from './key-administration.js'
export { isReEncrypting, type Kms, type ReEncryptingKms } from './kms.js'
export { type KmsCall, kmsCalls } from './kms-calls.js'
export { nextTurn } from './next-turn.js'
export { pkcs1Fault } from './pkcs1-padding.js'
export {
  type CallOptions,
  type CryptoProvider,
  isRecordProvider,
  isRewrapProvider,
  isSeekableProvider,
  isStreamProvider,
  isStreamRewrapProvider,
  isSyncProvider,
  isSyncRecordProvider,
  isTextProvider,
  isWithholdingProvider,
  type ProviderTraits,
  type RandomAccess,
  type RecordProvider,
  type RewrapProvider,
  type SealedRecord,
  type SeekableProvider,
  type StreamOptions,
  type StreamProvider,
  type StreamRewrapProvider,
  type SyncProvider,
  type SyncRecordProvider,
  type TextProvider,
  type WithholdingProvider,
} from './provider.js'
export { type EncryptedRecord, flattenRecord, unflattenRecord, WRAPPED_KEY_FIELD } from './record.js'
export { type CryptoRouter, createCrypto, isUseCaseName, type UseCase } from './router.js'
export type { ManyOptions, Outcome } from './settle-many.js'
export { isObservable, type Observable, type Stats } from './stats.js'
export { SyncCipher, type SyncCipherOptions } from './sync-cipher.js'
export type { TextCodec } from './text-codec.js'
export { formatToken, isSchemeName, type ParsedToken, parseToken, type Token } from './token.js'
export { untilAborted } from './until-aborted.js'
export { writeUtf8 } from './write-utf8.js'
