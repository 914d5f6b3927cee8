import type { CryptoErrorCode } from '@parasol/core'

/** What the program ends with, by the error that ended it; 0 is success. Scripts may rely on these numbers. */
export const exitCodes = {
  INTERNAL: 1,
  CLOSED: 1,
  INVALID_INPUT: 2,
  PLAINTEXT_TOO_LARGE: 2,
  UNKNOWN_USE_CASE: 2,
  UNSUPPORTED: 2,
  INVALID_CONFIG: 3,
  DECRYPTION_FAILED: 4,
  SCHEME_NOT_ALLOWED: 4,
  UNAUTHENTICATED: 5,
  ACCESS_DENIED: 5,
  KEY_NOT_FOUND: 5,
  KEY_UNUSABLE: 5,
  WRONG_PASSPHRASE: 5,
  STORE_DAMAGED: 5,
  LOCKED: 5,
  THROTTLED: 6,
  NOT_READY: 6,
  KMS_UNAVAILABLE: 6,
  KMS_PROTOCOL: 6,
  TIMEOUT: 6,
  IO: 7,
  ABORTED: 130,
} as const satisfies Record<CryptoErrorCode, number>

/** The work is done, but some rows failed and were left out, or some checks failed. */
export const INCOMPLETE = 8
