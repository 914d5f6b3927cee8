import { decryptKey, generateKey, type PrivateKey, type PublicKey, readKey, readPrivateKey } from 'openpgp'
import { gpgError } from './gpg-errors.js'
import { openpgpConfig, toleratedNow } from './openpgp-config.js'

const TWO_YEARS_SECONDS = 2 * 365 * 24 * 60 * 60

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
 * @throws CryptoError WRONG_PASSPHRASE, reason GPG_PASSPHRASE_REQUIRED
 */
export async function generateGpgKey(options: NewKeyOptions): Promise<NewKey> {
  const { name, email, passphrase = '', unprotected = false, expiresInSeconds = TWO_YEARS_SECONDS } = options
  if (passphrase === '' && !unprotected) {
    throw gpgError('GPG_PASSPHRASE_REQUIRED', 'A new OpenPGP key needs a passphrase, unless it is "unprotected"')
  }
  const { privateKey, publicKey, revocationCertificate } = await generateKey({
    type: 'ecc',
    curve: 'curve25519Legacy' as 'ed25519Legacy',
    userIDs: [{ name, ...(email ? { email } : {}) }],
    ...(unprotected ? {} : { passphrase }),
    keyExpirationTime: expiresInSeconds,
    subkeys: [{ sign: true }, {}],
    format: 'armored',
    config: openpgpConfig,
  })
  const certificate = await readKey({ armoredKey: publicKey, config: openpgpConfig })
  const fingerprint = certificate.getFingerprint().toUpperCase()
  return { fingerprint, certificate: publicKey, secretKey: privateKey, revocationCertificate }
}

/** Unlocks a secret key. @throws CryptoError WRONG_PASSPHRASE */
export async function unlockKey(locked: PrivateKey, passphrase: string | undefined): Promise<PrivateKey> {
  // A copy: the locked one may be asked for again.
  const key = await readPrivateKey({ binaryKey: locked.write(), config: openpgpConfig })
  if (key.isDecrypted()) return key
  if (!passphrase) {
    throw gpgError('GPG_PASSPHRASE_REQUIRED', `The secret key ${shown(locked)} is locked and no passphrase is given`)
  }
  try {
    return await decryptKey({ privateKey: key, passphrase, config: openpgpConfig })
  } catch {
    throw gpgError('GPG_PASSPHRASE_WRONG', `The passphrase does not unlock the secret key ${shown(locked)}`)
  }
}

/** What the types of OpenPGP.js do not tell of a secret key packet. */
interface Clearable {
  clearPrivateParams(): void
}

/** Zeroes an unlocked key as far as OpenPGP.js can. */
export function clearKey(key: PrivateKey): void {
  for (const { keyPacket } of key.getKeys()) (keyPacket as unknown as Clearable).clearPrivateParams()
}

/** @throws CryptoError KEY_UNUSABLE with the reason why nothing can be encrypted to this certificate now */
export async function requireEncryptionKey(certificate: PublicKey): Promise<void> {
  try {
    await certificate.getEncryptionKey(undefined, toleratedNow(), undefined, openpgpConfig)
  } catch {
    throw await explain(certificate, 'encrypt to')
  }
}

/** @throws CryptoError KEY_UNUSABLE with the reason why nothing can be signed with this key now */
export async function requireSigningKey(key: PrivateKey): Promise<void> {
  try {
    await key.getSigningKey(undefined, new Date(), undefined, openpgpConfig)
  } catch {
    throw await explain(key, 'sign with')
  }
}

async function explain(key: PublicKey, purpose: string) {
  const now = toleratedNow()
  const revoked = await key.isRevoked(undefined, undefined, now, openpgpConfig)
  if (revoked) return gpgError('GPG_KEY_REVOKED', `The key ${shown(key)} was revoked`)
  const expires = await key.getExpirationTime(undefined, openpgpConfig).catch(() => null)
  if (expires instanceof Date && expires <= now) {
    return gpgError('GPG_KEY_EXPIRED', `The key ${shown(key)} expired on ${expires.toISOString().slice(0, 10)}`)
  }
  return gpgError('GPG_KEY_UNUSABLE', `The key ${shown(key)} has no key to ${purpose}, or a weak or expired one`)
}

function shown(key: PublicKey): string {
  return key.getFingerprint().toUpperCase()
}
