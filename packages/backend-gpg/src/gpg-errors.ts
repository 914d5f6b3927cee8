import { CryptoError, type CryptoErrorCode } from '@parasol/core'

/** Every cause that a person can act on, with the code that a program acts on. */
const reasons = {
  /** The key ring has no key of this fingerprint. */
  GPG_KEY_NOT_FOUND: 'KEY_NOT_FOUND',
  /** The key ring has the certificate and not the secret key. */
  GPG_SECRET_KEY_NOT_FOUND: 'KEY_NOT_FOUND',
  /** Not a full fingerprint: short ids can be forged in minutes. */
  GPG_FINGERPRINT_INVALID: 'INVALID_INPUT',
  GPG_KEY_EXPIRED: 'KEY_UNUSABLE',
  GPG_KEY_REVOKED: 'KEY_UNUSABLE',
  /** No subkey for the purpose, or an algorithm that is too weak. */
  GPG_KEY_UNUSABLE: 'KEY_UNUSABLE',
  GPG_PASSPHRASE_REQUIRED: 'WRONG_PASSPHRASE',
  GPG_PASSPHRASE_WRONG: 'WRONG_PASSPHRASE',
  /** A file or text that holds no OpenPGP keys. */
  GPG_NO_KEYS: 'INVALID_INPUT',
} as const satisfies Record<string, CryptoErrorCode>

export type GpgReason = keyof typeof reasons

/** An error of the OpenPGP scheme. Failures to decrypt are not among them: those are `decryptionFailed` of core. */
export function gpgError(reason: GpgReason, message: string): CryptoError {
  return new CryptoError(reasons[reason], message, { reason })
}
