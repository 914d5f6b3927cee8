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
  /** `curve25519` by default: gpg 2.1 and later read all of them, Sequoia not those of Brainpool. */
  readonly algorithm?: KeyAlgorithm
  /** Two years by default; 0 for a key that never expires. */
  readonly expiresInSeconds?: number
}

/** What a key is made of, all of them read by gpg 2.2. */
export type KeyAlgorithm = keyof typeof ALGORITHMS

// The types have one name for both keys of a pair; the program takes either.
const CURVE25519 = 'curve25519Legacy' as 'ed25519Legacy'
export const ALGORITHMS = {
  curve25519: { type: 'ecc', curve: CURVE25519 },
  rsa3072: { type: 'rsa', rsaBits: 3072 },
  rsa4096: { type: 'rsa', rsaBits: 4096 },
  nistp256: { type: 'ecc', curve: 'nistP256' },
  nistp384: { type: 'ecc', curve: 'nistP384' },
  nistp521: { type: 'ecc', curve: 'nistP521' },
  brainpoolP256r1: { type: 'ecc', curve: 'brainpoolP256r1' },
  brainpoolP384r1: { type: 'ecc', curve: 'brainpoolP384r1' },
  brainpoolP512r1: { type: 'ecc', curve: 'brainpoolP512r1' },
} as const

export const KEY_ALGORITHMS: readonly KeyAlgorithm[] = Object.keys(ALGORITHMS) as KeyAlgorithm[]

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
 * Makes a key that gpg 2.2 and everything later reads: a primary key to certify, one subkey to sign and one to encrypt.
 *
 * @throws CryptoError WRONG_PASSPHRASE, reason GPG_PASSPHRASE_REQUIRED; INVALID_INPUT, reason GPG_KEY_OPTIONS_INVALID
 */
export async function generateGpgKey(options: NewKeyOptions): Promise<NewKey> {
  const { passphrase = '', unprotected = false, expiresInSeconds = TWO_YEARS_SECONDS } = options
  const { algorithm = 'curve25519' } = options
  if (passphrase === '' && !unprotected) {
    throw gpgError('GPG_PASSPHRASE_REQUIRED', 'A new OpenPGP key needs a passphrase, unless it is "unprotected"')
  }
  const { privateKey, publicKey, revocationCertificate } = await generateKey({
    ...ALGORITHMS[algorithm],
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
