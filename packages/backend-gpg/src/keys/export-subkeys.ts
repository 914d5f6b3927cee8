import { type PrivateKey, readPrivateKey } from 'openpgp'
import { openpgpConfig } from '../openpgp-config.js'

/**
 * A secret key without the secret of its primary part, as `gpg --export-secret-subkeys` makes it: it decrypts and signs,
 * and whoever steals it can neither add a subkey nor extend the key.
 */
export async function withoutPrimarySecret(key: PrivateKey): Promise<PrivateKey> {
  const copy = await readPrivateKey({ binaryKey: key.write(), config: openpgpConfig })
  ;(copy.keyPacket as unknown as { makeDummy(config: object): void }).makeDummy(openpgpConfig)
  return copy
}
