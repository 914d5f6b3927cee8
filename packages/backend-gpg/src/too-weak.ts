import { enums, type PublicKey, type Subkey } from 'openpgp'
import { openpgpConfig } from './openpgp-config.js'

const RSA: ReadonlySet<number> = new Set([
  enums.publicKey.rsaEncryptSign,
  enums.publicKey.rsaEncrypt,
  enums.publicKey.rsaSign,
])

/** Whether a part of a key is of an algorithm, a length or a curve that is no longer accepted. */
export function isTooWeak(part: PublicKey | Subkey): boolean {
  const { algorithm } = part.keyPacket
  const { bits = 0, curve } = part.getAlgorithmInfo()
  if (openpgpConfig.rejectPublicKeyAlgorithms.has(algorithm)) return true
  if (RSA.has(algorithm)) return bits < openpgpConfig.minRSABits
  return curve !== undefined && openpgpConfig.rejectCurves.has(curve as never)
}
