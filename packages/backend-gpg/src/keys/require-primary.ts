import type { PrivateKey } from 'openpgp'
import { gpgError } from '../gpg-errors.js'
import { isDummy } from '../openpgp-internals.js'
import { shown } from '../usable-key.js'

/** The primary part of a secret key, which alone can change the key. @throws CryptoError KEY_NOT_FOUND if it is offline */
export function requirePrimary(key: PrivateKey): PrivateKey['keyPacket'] {
  if (!isDummy(key)) return key.keyPacket
  throw gpgError(
    'GPG_SECRET_KEY_NOT_FOUND',
    `The primary part of ${shown(key)} is kept offline: change the key where it is, and import the result`,
  )
}
