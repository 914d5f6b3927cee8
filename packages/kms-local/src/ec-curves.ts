import { createPublicKey, type KeyObject } from 'node:crypto'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'

/** One elliptic curve. Secrets are scalars of 32 bytes; signatures are `Ecdsa-Sig-Value` of RFC 3279 in DER. */
export interface EcCurve {
  generate(): Uint8Array
  publicKey(secret: Uint8Array): KeyObject
  /** ECDSA over a digest that somebody else made. */
  sign(secret: Uint8Array, digest: Uint8Array): Uint8Array
  verify(secret: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean
}

/** The curves by the cloud's names. Imported only when a key of them is used. */
export const ecCurves: Readonly<Record<'EC_P256' | 'EC_P256K', EcCurve>> = {
  EC_P256: ecCurve(p256, 'P-256'),
  EC_P256K: ecCurve(secp256k1, 'secp256k1'),
}

// Others sign with a high s too. Randomness on top of RFC 6979 keeps a fault in one signature from giving the key away.
const FORMAT = { prehash: false, lowS: false, format: 'der' } as const

function ecCurve(curve: typeof p256, crv: string): EcCurve {
  return {
    generate: () => curve.utils.randomSecretKey(),
    publicKey: (secret) => importPoint(curve.getPublicKey(secret, false), crv),
    sign: (secret, digest) => curve.sign(digest, secret, { ...FORMAT, extraEntropy: true }),
    verify: (secret, digest, signature) => {
      try {
        return curve.verify(signature, digest, curve.getPublicKey(secret, false), FORMAT)
      } catch {
        return false
      }
    },
  }
}

/** @param point 0x04, x, y */
function importPoint(point: Uint8Array, crv: string): KeyObject {
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => Buffer.from(part).toString('base64url'))
  return createPublicKey({ format: 'jwk', key: { kty: 'EC', crv, x: x ?? '', y: y ?? '' } })
}
