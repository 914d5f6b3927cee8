import { encryptKey, type PrivateKey } from 'openpgp'
import { configFor } from '../openpgp-config.js'
import { clearKey, isLocked, unlockKey } from '../unlock-key.js'

/** Gives the passphrase of a key. */
export type PassphraseSource = (fingerprint: string) => string | Promise<string>

/**
 * A locked key after some change that needs its secret parts; it is locked again under the passphrase that opened it, and
 * seen to open.
 *
 * @throws CryptoError WRONG_PASSPHRASE
 */
export async function editKey(
  locked: PrivateKey,
  passphrase: PassphraseSource | undefined,
  change: (unlocked: PrivateKey) => Promise<PrivateKey>,
): Promise<PrivateKey> {
  let word = ''
  const unlocked = await unlockKey(locked, async (fingerprint) => {
    word = (await passphrase?.(fingerprint)) ?? ''
    return word
  })
  try {
    const changed = await change(unlocked)
    if (!isLocked(locked)) return changed
    const relocked = await encryptKey({ privateKey: changed, passphrase: word, config: configFor(changed.keyPacket) })
    clearKey(await unlockKey(relocked, () => word))
    if (changed !== unlocked) clearKey(changed)
    return relocked
  } finally {
    if (isLocked(locked)) clearKey(unlocked)
  }
}
