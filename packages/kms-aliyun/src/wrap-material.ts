import { constants, createPublicKey, type KeyObject, publicEncrypt } from 'node:crypto'
import { malformedAnswer } from './transport-errors.js'

const MIN_BITS = 2048

/** Encrypts material to the key that the service gave for an import, a SubjectPublicKeyInfo in DER as base64. */
export function wrapMaterial(publicKey: string, material: Uint8Array): Uint8Array {
  const key = readRsaKey(publicKey)
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, material)
}

/** @throws CryptoError KMS_PROTOCOL, also for a key that is too weak to carry material */
function readRsaKey(text: string): KeyObject {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
    if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_BITS) return key
  } catch {}
  throw malformedAnswer('GetParametersForImport', 'a public key that is no RSA key of 2,048 bits')
}
