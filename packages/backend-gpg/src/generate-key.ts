import { generateKey, readKey } from 'openpgp'
import { gpgError } from './gpg-errors.js'
import { openpgpConfig } from './openpgp-config.js'
import { shown } from './usable-key.js'

const TWO_YEARS_SECONDS = 2 * 365 * 24 * 60 * 60
const MAX_LIFETIME_SECONDS = 0xffff_ffff

export interface NewKeyOptions {
  readonly name: string
  readonly email?: string
  /** Locks the secret key; mandatory unless `unprotected`. */
  readonly passphrase?: string
  readonly unprotected?: boolean
  /** Two years by default; 0 for a key that never expires. */
  readonly expiresInSeconds?: number
}

export interface NewKey {
  readonly fingerprint: string
  /** Armored certificate: give it to partners. */
  readonly certificate: string
  /** Armored secret key, locked under the passphrase. */
  readonly secretKey: string
  /** Armored: keep it apart from the key, and publish it when the key is lost. */
  readonly revocationCertificate: string
}

/**
 * Makes a key that gpg 2.2 and everything later reads: Ed25519 to certify, with one subkey to sign and one to encrypt.
 *
 * @throws CryptoError WRONG_PASSPHRASE, reason GPG_PASSPHRASE_REQUIRED; INVALID_INPUT, reason GPG_KEY_OPTIONS_INVALID
 */
export async function generateGpgKey(options: NewKeyOptions): Promise<NewKey> {
  const { passphrase = '', unprotected = false, expiresInSeconds = TWO_YEARS_SECONDS } = options
  if (passphrase === '' && !unprotected) {
    throw gpgError('GPG_PASSPHRASE_REQUIRED', 'A new OpenPGP key needs a passphrase, unless it is "unprotected"')
  }
  const { privateKey, publicKey, revocationCertificate } = await generateKey({
    type: 'ecc',
    // The types have one name for both keys of the pair; the program takes either.
    curve: 'curve25519Legacy' as 'ed25519Legacy',
    userIDs: [userId(options)],
    ...(unprotected ? {} : { passphrase }),
    keyExpirationTime: lifetime(expiresInSeconds),
    subkeys: [{ sign: true }, {}],
    format: 'armored',
    config: openpgpConfig,
  })
  const certificate = await readKey({ armoredKey: publicKey, config: openpgpConfig })
  return { fingerprint: shown(certificate), certificate: publicKey, secretKey: privateKey, revocationCertificate }
}

function userId({ name, email }: NewKeyOptions): { readonly name: string; readonly email?: string } {
  if (!/^[^<>\p{Cc}]+$/u.test(name) || name.trim() !== name) {
    throw gpgError(
      'GPG_KEY_OPTIONS_INVALID',
      'Expected a name without angle brackets, control characters and edge spaces',
    )
  }
  if (email === undefined) return { name }
  if (!/^[^\s<>@\p{Cc}]+@[^\s<>@\p{Cc}]+$/u.test(email)) {
    throw gpgError('GPG_KEY_OPTIONS_INVALID', 'Expected an e-mail address such as someone@example.com')
  }
  return { name, email }
}

function lifetime(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= MAX_LIFETIME_SECONDS) return seconds
  throw gpgError('GPG_KEY_OPTIONS_INVALID', `Expected a lifetime of 0 to ${MAX_LIFETIME_SECONDS} whole seconds`)
}
