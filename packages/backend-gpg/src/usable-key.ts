import type { CryptoError } from '@parasol/core'
import { type Config, enums, type PrivateKey, type PublicKey, type Subkey } from 'openpgp'
import { gpgError } from './gpg-errors.js'
import { lenientConfig, openpgpConfig, toleratedNow } from './openpgp-config.js'
import { isDummy } from './openpgp-internals.js'

type Purpose = 'encrypt to' | 'sign with'

/** What gpg 2.2 knows. */
const COMPATIBLE: ReadonlySet<number> = new Set([
  enums.publicKey.rsaEncryptSign,
  enums.publicKey.rsaEncrypt,
  enums.publicKey.rsaSign,
  enums.publicKey.ecdh,
  enums.publicKey.ecdsa,
  enums.publicKey.eddsaLegacy,
])

/**
 * The primary key or subkey that serves the purpose now.
 *
 * @throws CryptoError KEY_UNUSABLE with the reason why there is none
 */
export async function requireUsableKey(key: PublicKey, purpose: Purpose): Promise<PublicKey | Subkey> {
  const usable = await find(key, purpose, toleratedNow(), openpgpConfig)
  if (usable) return usable
  throw await explain(key, purpose)
}

/** The same, of a kind that gpg 2.2 knows. @throws CryptoError KEY_UNUSABLE */
export async function requireCompatibleKey(key: PublicKey, purpose: Purpose): Promise<void> {
  const { version, algorithm } = (await requireUsableKey(key, purpose)).keyPacket
  if (version === 4 && COMPATIBLE.has(algorithm)) return
  throw gpgError('GPG_KEY_INCOMPATIBLE', `The key ${shown(key)} is of a kind whose messages gpg 2.2 does not read`)
}

/** The part of a key that signs now, of any kind. @throws CryptoError KEY_UNUSABLE; KEY_NOT_FOUND if it is offline */
export async function requireSigner(key: PrivateKey): Promise<PublicKey | Subkey> {
  const part = await requireUsableKey(key, 'sign with')
  if (!isDummy(part)) return part
  throw gpgError('GPG_SECRET_KEY_NOT_FOUND', `The key ${shown(key)} is here without its part to sign with`)
}

/** A key's fingerprint as people write it. */
export function shown(key: PublicKey): string {
  return key.getFingerprint().toUpperCase()
}

async function find(
  key: PublicKey,
  purpose: Purpose,
  date: Date | null,
  config: Readonly<Config>,
): Promise<PublicKey | Subkey | undefined> {
  try {
    if (purpose === 'encrypt to') return await key.getEncryptionKey(undefined, date, undefined, config)
    return await key.getSigningKey(undefined, date, undefined, config)
  } catch {
    return undefined
  }
}

async function explain(key: PublicKey, purpose: Purpose): Promise<CryptoError> {
  const now = toleratedNow()
  if (await key.isRevoked(undefined, undefined, now, lenientConfig)) {
    return gpgError('GPG_KEY_REVOKED', `The key ${shown(key)} was revoked`)
  }
  if (key.getCreationTime() > now) {
    return gpgError('GPG_KEY_NOT_YET_VALID', `The key ${shown(key)} was created in the future: compare the clocks`)
  }
  if (await find(key, purpose, null, openpgpConfig)) {
    return gpgError('GPG_KEY_EXPIRED', `The key ${shown(key)}, or its part to ${purpose}, has expired`)
  }
  if (await find(key, purpose, null, lenientConfig)) {
    return gpgError('GPG_KEY_WEAK', `The key ${shown(key)} is too weak to ${purpose}`)
  }
  return gpgError('GPG_KEY_UNUSABLE', `The key ${shown(key)} has no valid part to ${purpose}`)
}
