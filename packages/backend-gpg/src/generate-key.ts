import { type Config, type KeyOptions as GenerateKeyOptions, generateKey, readKey } from 'openpgp'
import { gpgError } from './gpg-errors.js'
import { modernConfig, openpgpConfig } from './openpgp-config.js'
import { shown } from './usable-key.js'

const TWO_YEARS_SECONDS = 2 * 365 * 24 * 60 * 60
const MAX_LIFETIME_SECONDS = 0xffff_ffff

/** What a key is made for: `compat` for everybody with gpg 2.2 or later, `modern` for those who read RFC 9580. */
export type KeyProfile = 'compat' | 'modern'

export interface NewKeyOptions {
  /** `compat` by default. */
  readonly profile?: KeyProfile
  readonly name: string
  readonly email?: string
  /** Locks the secret key; mandatory unless `unprotected`. */
  readonly passphrase?: string
  readonly unprotected?: boolean
  /** `curve25519` by default; not every profile has all of them. Sequoia reads none of Brainpool. */
  readonly algorithm?: KeyAlgorithm
  /** Two years by default; 0 for a key that never expires. */
  readonly expiresInSeconds?: number
}

/** What a key is made of. */
export type KeyAlgorithm = keyof typeof COMPATIBLE | keyof typeof MODERN

// The types have one name for both keys of a pair; the program takes either.
const CURVE25519 = 'curve25519Legacy' as 'ed25519Legacy'
const EVERYWHERE = {
  rsa3072: { type: 'rsa', rsaBits: 3072 },
  rsa4096: { type: 'rsa', rsaBits: 4096 },
  nistp256: { type: 'ecc', curve: 'nistP256' },
  nistp384: { type: 'ecc', curve: 'nistP384' },
  nistp521: { type: 'ecc', curve: 'nistP521' },
} as const
const COMPATIBLE = {
  curve25519: { type: 'ecc', curve: CURVE25519 },
  ...EVERYWHERE,
  brainpoolP256r1: { type: 'ecc', curve: 'brainpoolP256r1' },
  brainpoolP384r1: { type: 'ecc', curve: 'brainpoolP384r1' },
  brainpoolP512r1: { type: 'ecc', curve: 'brainpoolP512r1' },
} as const
const MODERN = { curve25519: { type: 'curve25519' }, curve448: { type: 'curve448' }, ...EVERYWHERE } as const
const BY_PROFILE: Readonly<Record<KeyProfile, Partial<Record<KeyAlgorithm, KeySettings>>>> = {
  compat: COMPATIBLE,
  modern: MODERN,
}

type KeySettings = Pick<GenerateKeyOptions, 'type' | 'curve' | 'rsaBits'>

export const KEY_PROFILES: readonly KeyProfile[] = ['compat', 'modern']
export const KEY_ALGORITHMS: readonly KeyAlgorithm[] = Object.keys({ ...COMPATIBLE, ...MODERN }) as KeyAlgorithm[]

/** What OpenPGP.js makes such a key of. @throws CryptoError INVALID_INPUT, reason GPG_KEY_OPTIONS_INVALID */
export function keySettings(
  profile: KeyProfile = 'compat',
  algorithm: KeyAlgorithm = 'curve25519',
): KeySettings & { readonly config: Readonly<Config> } {
  const settings = BY_PROFILE[profile][algorithm]
  if (settings) return { ...settings, config: profile === 'modern' ? modernConfig : openpgpConfig }
  throw gpgError(
    'GPG_KEY_OPTIONS_INVALID',
    `Keys of the profile "${profile}" cannot be of the algorithm "${algorithm}"`,
  )
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
 * Makes a key, by default one that gpg 2.2 and everything later reads: a primary key to certify, one subkey to sign and one to encrypt.
 *
 * @throws CryptoError WRONG_PASSPHRASE, reason GPG_PASSPHRASE_REQUIRED; INVALID_INPUT, reason GPG_KEY_OPTIONS_INVALID
 */
export async function generateGpgKey(options: NewKeyOptions): Promise<NewKey> {
  const { passphrase = '', unprotected = false, expiresInSeconds = TWO_YEARS_SECONDS } = options
  if (passphrase === '' && !unprotected) {
    throw gpgError('GPG_PASSPHRASE_REQUIRED', 'A new OpenPGP key needs a passphrase, unless it is "unprotected"')
  }
  const { privateKey, publicKey, revocationCertificate } = await generateKey({
    ...keySettings(options.profile, options.algorithm),
    userIDs: [userId(options)],
    ...(unprotected ? {} : { passphrase }),
    keyExpirationTime: lifetime(expiresInSeconds),
    subkeys: [{ sign: true }, {}],
    format: 'armored',
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
