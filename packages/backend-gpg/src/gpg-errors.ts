import { CryptoError, type CryptoErrorCode } from '@parasol/core'

/**
 * Every cause that a person can act on, as it stands in `reason`, with the code that a program acts on. Failures to
 * decrypt are not among them: those are DECRYPTION_FAILED without a reason, whatever caused them.
 */
export const GPG_REASONS = {
  /** The key ring has no key of this fingerprint: import it. */
  GPG_KEY_NOT_FOUND: 'KEY_NOT_FOUND',
  /** The key ring has the certificate at most, and not the secret key: import that. */
  GPG_SECRET_KEY_NOT_FOUND: 'KEY_NOT_FOUND',
  /** Its secret part is in the ring, and would be left alone. */
  GPG_KEY_SECRET: 'KEY_UNUSABLE',
  /** The secret keys of the ring are encrypted once more: name the use case that opens them. */
  GPG_KEY_SEALED: 'KEY_UNUSABLE',
  /** The key has no such user id. */
  GPG_USER_ID_NOT_FOUND: 'KEY_NOT_FOUND',
  /** Nobody of that name is trusted for that use: compare a fingerprint, and add the contact. */
  GPG_CONTACT_NOT_FOUND: 'KEY_NOT_FOUND',
  GPG_CONTACT_NAME_INVALID: 'INVALID_INPUT',
  /** The contact is pinned to another key: ask over another channel, and replace the key if it is right. */
  GPG_KEY_CHANGED: 'KEY_UNUSABLE',
  /** Not an e-mail address of a public domain. */
  GPG_ADDRESS_INVALID: 'INVALID_INPUT',
  /** Not a full fingerprint: short ids can be forged in minutes. */
  GPG_FINGERPRINT_INVALID: 'INVALID_INPUT',
  /** The key or all its subkeys for the purpose have expired: import it again once its owner has extended it. */
  GPG_KEY_EXPIRED: 'KEY_UNUSABLE',
  /** The key's creation time is more than five minutes ahead: one of the two clocks is wrong. */
  GPG_KEY_NOT_YET_VALID: 'KEY_UNUSABLE',
  /** The owner revoked it: ask for the new one. */
  GPG_KEY_REVOKED: 'KEY_UNUSABLE',
  /** RSA below 2048 bits, DSA, ElGamal, secp256k1, or signed with MD5, RIPEMD or SHA-1: a new key is needed. */
  GPG_KEY_WEAK: 'KEY_UNUSABLE',
  /** A key of RFC 9580, whose messages gpg 2.2 does not read; or, with `modern`, one whose owner does not read those. */
  GPG_KEY_INCOMPATIBLE: 'KEY_UNUSABLE',
  /** It has no subkey for the purpose, or no valid user id. */
  GPG_KEY_UNUSABLE: 'KEY_UNUSABLE',
  /** The secret key is locked and there is no passphrase; or a new key was to get none. */
  GPG_PASSPHRASE_REQUIRED: 'WRONG_PASSPHRASE',
  GPG_PASSPHRASE_WRONG: 'WRONG_PASSPHRASE',
  /** A name, address or lifetime that a new key cannot have. */
  GPG_KEY_OPTIONS_INVALID: 'INVALID_INPUT',
  /** What was to be signed or encrypted as text is not UTF-8. */
  GPG_TEXT_EXPECTED: 'INVALID_INPUT',
  /** Not a message or signature of the kind that was expected, or more than one. */
  GPG_MALFORMED: 'INVALID_INPUT',
  /** What is signed and not encrypted has no valid signature by any of those who were named. */
  GPG_SIGNATURE_INVALID: 'DECRYPTION_FAILED',
  /** What was to be imported is the file in which gpg keeps keys, and not what it exports. */
  GPG_KEYBOX: 'INVALID_INPUT',
  /** What was to be imported holds no OpenPGP keys. */
  GPG_NO_KEYS: 'INVALID_INPUT',
} as const satisfies Record<string, CryptoErrorCode>

export type GpgReason = keyof typeof GPG_REASONS

/** An error of the OpenPGP scheme. */
export function gpgError(reason: GpgReason, message: string): CryptoError {
  return new CryptoError(GPG_REASONS[reason], message, { reason })
}
