/**
 * Every way in which Parasol fails, and whether the same call may succeed when it is made again.
 * Programs act on the code; messages are for people and may change.
 */
const retryableByCode = {
  /** An argument has the wrong shape or breaks a limit. */
  INVALID_INPUT: false,
  /** The plaintext is longer than the scheme takes. */
  PLAINTEXT_TOO_LARGE: false,
  /** The configuration names something that does not exist, or says something that cannot be. */
  INVALID_CONFIG: false,
  UNKNOWN_USE_CASE: false,
  /** The token was made by a scheme that its use case does not read. */
  SCHEME_NOT_ALLOWED: false,
  /** The scheme lacks an ability that was asked for. */
  UNSUPPORTED: false,
  /** Wrong key, wrong context, damaged or forged ciphertext: deliberately one code and one message. */
  DECRYPTION_FAILED: false,
  /** The KMS does not know the caller. */
  UNAUTHENTICATED: false,
  /** The KMS knows the caller and refuses. */
  ACCESS_DENIED: false,
  KEY_NOT_FOUND: false,
  /** The key exists and cannot be used now: disabled, expired, revoked, or waiting for deletion. */
  KEY_UNUSABLE: false,
  /** A passphrase or key file does not open what it should. */
  WRONG_PASSPHRASE: false,
  /** Something stored is damaged; the message says which part. */
  STORE_DAMAGED: false,
  /** Another process holds what this one needs alone. */
  LOCKED: false,
  THROTTLED: true,
  /** What was to be done without waiting would have to wait for the KMS. */
  NOT_READY: true,
  /** The KMS could not be reached, or failed. */
  KMS_UNAVAILABLE: true,
  /** The KMS answered with something that is not an answer. */
  KMS_PROTOCOL: true,
  TIMEOUT: true,
  ABORTED: false,
  /** A file could not be read or written. */
  IO: false,
  /** Used after it was closed. */
  CLOSED: false,
  INTERNAL: false,
} as const

export type CryptoErrorCode = keyof typeof retryableByCode

export interface CryptoErrorOptions {
  /** For the operator's logs. Never a raw error of a client that repeats its request. */
  readonly cause?: unknown
  /** A finer cause with a stable spelling, of the backend's own: `Rejected.Throttling`, `GPG_KEY_EXPIRED`. */
  readonly reason?: string
}

const BRAND = Symbol.for('@parasol/core:CryptoError')

/**
 * The one error of Parasol. Its message speaks of shapes and limits and never holds a plaintext, a key, a token or a
 * secret. Recognise it by `CryptoError.is`, which also works when two copies of this package are installed.
 */
export class CryptoError extends Error {
  readonly code: CryptoErrorCode
  readonly retryable: boolean
  readonly reason?: string

  constructor(code: CryptoErrorCode, message: string, options: CryptoErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = retryableByCode[code]
    if (options.reason !== undefined) this.reason = options.reason
  }

  static is(error: unknown): error is CryptoError {
    return typeof error === 'object' && error !== null && BRAND in error
  }
}
Object.defineProperty(CryptoError.prototype, 'name', { value: 'CryptoError' })
Object.defineProperty(CryptoError.prototype, BRAND, { value: true })

/** The failure to decrypt, the same whatever caused it. */
export function decryptionFailed(cause?: unknown): CryptoError {
  return new CryptoError('DECRYPTION_FAILED', 'Decryption failed', { cause })
}

/** @throws CryptoError ABORTED if the caller has given up. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CryptoError('ABORTED', 'The operation was aborted')
}
