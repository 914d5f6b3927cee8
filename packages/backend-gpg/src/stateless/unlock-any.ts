import { CryptoError } from '@parasol/core'
import type { PrivateKey } from 'openpgp'
import { gpgError } from '../gpg-errors.js'
import { isLocked, unlockKey } from '../unlock-key.js'
import { shown } from '../usable-key.js'

/**
 * A copy of a secret key that is unlocked by one of several passphrases.
 *
 * @throws CryptoError WRONG_PASSPHRASE, reason GPG_PASSPHRASE_REQUIRED if there are none, else GPG_PASSPHRASE_WRONG
 */
export async function unlockByAny(key: PrivateKey, passphrases: readonly string[]): Promise<PrivateKey> {
  if (!isLocked(key) || passphrases.length === 0) return unlockKey(key, undefined)
  for (const passphrase of passphrases) {
    const unlocked = await unlockKey(key, () => passphrase).catch(unlessWrong)
    if (unlocked) return unlocked
  }
  throw gpgError('GPG_PASSPHRASE_WRONG', `None of the passphrases unlocks the secret key ${shown(key)}`)
}

function unlessWrong(error: unknown): undefined {
  if (!CryptoError.is(error) || error.code !== 'WRONG_PASSPHRASE') throw error
}
