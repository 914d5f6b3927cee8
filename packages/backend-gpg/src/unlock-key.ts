import { decryptKey, type PrivateKey, readPrivateKey } from 'openpgp'
import { gpgError } from './gpg-errors.js'
import { openpgpConfig } from './openpgp-config.js'
import { shown } from './usable-key.js'

/**
 * A copy of a secret key that is ready for use; the locked one is left as it is.
 *
 * @throws CryptoError WRONG_PASSPHRASE, reason GPG_PASSPHRASE_REQUIRED or GPG_PASSPHRASE_WRONG
 */
export async function unlockKey(
  locked: PrivateKey,
  passphrase: ((fingerprint: string) => string | Promise<string>) | undefined,
): Promise<PrivateKey> {
  const privateKey = await readPrivateKey({ binaryKey: locked.write(), config: openpgpConfig })
  if (privateKey.isDecrypted()) return privateKey
  const text = await passphrase?.(shown(locked))
  if (!text) {
    throw gpgError('GPG_PASSPHRASE_REQUIRED', `The secret key ${shown(locked)} is locked and no passphrase is given`)
  }
  try {
    return await decryptKey({ privateKey, passphrase: text, config: openpgpConfig })
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
