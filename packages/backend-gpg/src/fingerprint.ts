import { gpgError } from './gpg-errors.js'

/**
 * The full fingerprint of an OpenPGP key: 40 (version 4) or 64 (version 6) hexadecimal digits, upper case. Spaces, as
 * gpg prints them, are taken out.
 *
 * @throws CryptoError INVALID_INPUT, reason GPG_FINGERPRINT_INVALID
 */
export function parseFingerprint(text: string): string {
  const digits = text.replaceAll(/\s/g, '').toUpperCase()
  if (/^([0-9A-F]{40}|[0-9A-F]{64})$/.test(digits)) return digits
  throw gpgError(
    'GPG_FINGERPRINT_INVALID',
    'Expected a full OpenPGP fingerprint of 40 or 64 hexadecimal digits: short key ids can be forged',
  )
}
