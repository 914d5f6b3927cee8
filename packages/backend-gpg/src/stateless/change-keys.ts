import { encryptKey, type PrivateKey, type PublicKey } from 'openpgp'
import { type Revocation, revokeWholeKey } from '../keys/revoke-key.js'
import { mergeCertificates } from '../merge-keys.js'
import { configFor } from '../openpgp-config.js'
import { shown } from '../usable-key.js'
import { unlockByAny } from './unlock-any.js'

/** Secret keys under another passphrase, or under none. @throws CryptoError WRONG_PASSPHRASE */
export async function changePassphrases(
  keys: readonly PrivateKey[],
  former: readonly string[],
  next: string | undefined,
): Promise<PrivateKey[]> {
  const unlocked = await Promise.all(keys.map((key) => unlockByAny(key, former)))
  if (!next) return unlocked
  return Promise.all(
    unlocked.map((privateKey) => encryptKey({ privateKey, passphrase: next, config: configFor(privateKey.keyPacket) })),
  )
}

/** The certificates of secret keys, revoked. @throws CryptoError WRONG_PASSPHRASE; KEY_NOT_FOUND for an offline key */
export async function revokeKeys(
  keys: readonly PrivateKey[],
  passphrases: readonly string[],
  revocation: Revocation,
): Promise<PublicKey[]> {
  const unlocked = await Promise.all(keys.map((key) => unlockByAny(key, passphrases)))
  return Promise.all(unlocked.map(async (key) => (await revokeWholeKey(key, revocation)).toPublic()))
}

/** Each of some keys with what others know of it; others that are of none of them are passed over. */
export async function mergeAll<Key extends PublicKey>(
  keys: readonly Key[],
  others: readonly PublicKey[],
): Promise<Key[]> {
  const merged = new Map<string, Key>()
  for (const key of keys) {
    const former = merged.get(shown(key))
    merged.set(shown(key), former ? await mergeCertificates(former, key.toPublic()) : key)
  }
  for (const other of others) {
    const former = merged.get(shown(other))
    if (former) merged.set(shown(other), await mergeCertificates(former, other.toPublic()))
  }
  return [...merged.values()]
}

/** Keys as they are exported: one after the other, binary. */
export function writeKeys(keys: readonly PublicKey[]): Uint8Array {
  return Buffer.concat(keys.map((key) => key.write()))
}
