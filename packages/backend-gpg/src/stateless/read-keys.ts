import type { PrivateKey, PublicKey } from 'openpgp'
import { gpgError } from '../gpg-errors.js'
import { parseKeys } from '../parse-keys.js'

/** The certificates in what any OpenPGP program exported; of secret keys their public parts. @throws CryptoError */
export async function readCertificates(exported: Uint8Array): Promise<PublicKey[]> {
  return (await readKeys(exported)).map((key) => key.toPublic())
}

/** The secret keys in what any OpenPGP program exported, locked as they are. @throws CryptoError */
export async function readSecretKeys(exported: Uint8Array): Promise<PrivateKey[]> {
  const keys = (await readKeys(exported)).filter((key): key is PrivateKey => key.isPrivate())
  if (keys.length > 0) return keys
  throw gpgError('GPG_SECRET_KEY_NOT_FOUND', 'No OpenPGP secret keys here, but certificates only')
}

async function readKeys(exported: Uint8Array): Promise<readonly PublicKey[]> {
  const { keys, skipped } = await parseKeys(exported)
  if (keys.length > 0) return keys
  const why = skipped[0] ? `: ${skipped[0].why}` : ''
  throw gpgError('GPG_NO_KEYS', `No OpenPGP keys here that can be read${why}`)
}
