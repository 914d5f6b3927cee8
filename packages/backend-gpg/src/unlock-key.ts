import { encryptKey, type PrivateKey, readPrivateKey } from 'openpgp'
import { gpgError } from './gpg-errors.js'
import { configFor, openpgpConfig } from './openpgp-config.js'
import { type SecretPacket, secretPackets, validateSecret } from './openpgp-internals.js'
import { shown } from './usable-key.js'

/**
 * A copy of a secret key that is ready for use; the locked one is left as it is.
 *
 * @throws CryptoError WRONG_PASSPHRASE, reason GPG_PASSPHRASE_REQUIRED or GPG_PASSPHRASE_WRONG; KEY_UNUSABLE for a key
 * that takes too much to unlock
 */
export async function unlockKey(
  locked: PrivateKey,
  passphrase: ((fingerprint: string) => string | Promise<string>) | undefined,
): Promise<PrivateKey> {
  const privateKey = await readPrivateKey({ binaryKey: locked.write(), config: openpgpConfig })
  if (!isLocked(privateKey)) return privateKey
  const text = await passphrase?.(shown(locked))
  if (!text) {
    throw gpgError('GPG_PASSPHRASE_REQUIRED', `The secret key ${shown(locked)} is locked and no passphrase is given`)
  }
  requireAffordable(privateKey)
  try {
    // One after the other, for the memory that Argon2 takes.
    for (const packet of secretPackets(privateKey).filter(isLockedPacket)) await packet.decrypt(text, unlockConfig)
    await validateSecret(privateKey, openpgpConfig)
    return privateKey
  } catch {
    clearKey(privateKey)
    throw gpgError('GPG_PASSPHRASE_WRONG', `The passphrase does not unlock the secret key ${shown(locked)}`)
  }
}

const MAX_ARGON2_EXPONENT = 21
/** 2 GiB for a key of one's own: RFC 9106 recommends that first, and the owner chose it. */
const MAX_ARGON2_KIBIBYTES = 2 ** MAX_ARGON2_EXPONENT
const unlockConfig = Object.freeze({ ...openpgpConfig, maxArgon2MemoryExponent: MAX_ARGON2_EXPONENT })

/** Argon2 may ask for terabytes, and for any number of passes over them. */
function requireAffordable(key: PrivateKey): void {
  const costs = secretPackets(key).map(({ s2k }) => (s2k?.type === 'argon2' ? s2k.t * 2 ** s2k.encodedM : 0))
  if (Math.max(...costs) <= MAX_ARGON2_KIBIBYTES) return
  throw gpgError('GPG_KEY_UNUSABLE', `The secret key ${shown(key)} asks Argon2 for more than 2 GiB: lock it with less`)
}

/** A copy of a secret key under another passphrase, which was seen to open it. */
export async function relockKey(locked: PrivateKey, from: string, to: string): Promise<PrivateKey> {
  const unlocked = await unlockKey(locked, () => from)
  try {
    const relocked = await encryptKey({ privateKey: unlocked, passphrase: to, config: configFor(unlocked.keyPacket) })
    clearKey(await unlockKey(relocked, () => to))
    return relocked
  } finally {
    clearKey(unlocked)
  }
}

/** Whether any part of a secret key needs a passphrase. */
export function isLocked(key: PrivateKey): boolean {
  return secretPackets(key).some(isLockedPacket)
}

/** Zeroes an unlocked key as far as OpenPGP.js can. */
export function clearKey(key: PrivateKey): void {
  for (const packet of secretPackets(key)) if (packet.isDecrypted()) packet.clearPrivateParams()
}

function isLockedPacket(packet: SecretPacket): boolean {
  return !packet.isDummy() && packet.isDecrypted() === false
}
