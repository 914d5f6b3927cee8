import type { PrivateKey, PublicKey } from 'openpgp'
import { editKey } from '../keys/edit-key.js'
import { findRepairs, requireGoodPrimary, type UpdateOptions } from '../keys/update-key.js'
import { clearKey, isLocked } from '../unlock-key.js'
import { mergeAll } from './change-keys.js'
import { unlockByAny } from './unlock-any.js'

export interface UpdateKeysOptions extends UpdateOptions {
  /** What is known of the keys elsewhere. */
  readonly others: readonly PublicKey[]
  readonly passphrases: readonly string[]
}

/**
 * Keys as they have to be to stay usable, locked as they were; those that need nothing, and those of which others know that
 * they are revoked, are what they are.
 *
 * @throws CryptoError KEY_UNUSABLE for a primary part that is revoked or too weak; WRONG_PASSPHRASE
 */
export async function updateKeys(
  keys: readonly PrivateKey[],
  { others, passphrases, ...options }: UpdateKeysOptions,
): Promise<PrivateKey[]> {
  const updated: PrivateKey[] = []
  for (const key of keys) await requireGoodPrimary(key)
  for (const key of await mergeAll(keys, others)) {
    const repair = await findRepairs(key, options)
    updated.push(repair ? await editKey(key, await passphraseOf(key, passphrases), repair) : key)
  }
  return updated
}

async function passphraseOf(key: PrivateKey, passphrases: readonly string[]): Promise<(() => string) | undefined> {
  if (!isLocked(key)) return undefined
  if (passphrases.length === 0) clearKey(await unlockByAny(key, passphrases))
  for (const passphrase of passphrases.slice(0, -1)) {
    const unlocked = await unlockByAny(key, [passphrase]).catch(() => undefined)
    if (unlocked) {
      clearKey(unlocked)
      return () => passphrase
    }
  }
  return () => passphrases.at(-1) ?? ''
}
