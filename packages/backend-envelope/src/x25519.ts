import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'
import { allocateSecret } from '@parasol/core'
import { loadSodium, type SodiumModule } from './sodium-module.js'

export const X25519_BYTES = 32

/** X25519 of RFC 7748. */
export interface X25519 {
  publicKey(secretKey: Uint8Array): Uint8Array
  /** 32 bytes that the caller zeroes; undefined for a public key of low order. */
  sharedSecret(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined
}

/** libsodium's, whose memory is wiped; where WebAssembly is not to be had, node:crypto's, whose key objects are not. */
export function loadX25519(): Promise<X25519> {
  loading ??= loadSodium().then((module) => (module ? sodiumX25519(module) : nodeX25519))
  return loading
}

let loading: Promise<X25519> | undefined

const SECRET_AT = 0
const POINT_AT = X25519_BYTES
const RESULT_AT = 2 * X25519_BYTES
const SIZE = 3 * X25519_BYTES

export function sodiumX25519(module: SodiumModule): X25519 {
  const start = module._malloc(SIZE)
  const heap = module.HEAPU8.subarray(start, start + SIZE)
  const result = (): Uint8Array => {
    const bytes = allocateSecret(X25519_BYTES)
    bytes.set(heap.subarray(RESULT_AT))
    heap.fill(0)
    return bytes
  }
  return {
    publicKey(secretKey) {
      heap.set(secretKey, SECRET_AT)
      module._crypto_scalarmult_base(start + RESULT_AT, start + SECRET_AT)
      return result()
    },

    sharedSecret(secretKey, publicKey) {
      heap.set(secretKey, SECRET_AT)
      heap.set(publicKey, POINT_AT)
      const failed = module._crypto_scalarmult(start + RESULT_AT, start + SECRET_AT, start + POINT_AT)
      const bytes = result()
      return failed === 0 ? bytes : undefined
    },
  }
}

/** What stands before the key in DER (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex')
const SPKI = Buffer.from('302a300506032b656e032100', 'hex')

export const nodeX25519: X25519 = {
  publicKey(secretKey) {
    const spki = createPublicKey(privateKeyObject(secretKey)).export({ type: 'spki', format: 'der' })
    return spki.subarray(SPKI.length)
  },

  sharedSecret(secretKey, publicKey) {
    const key = createPublicKey({ key: Buffer.concat([SPKI, publicKey]), type: 'spki', format: 'der' })
    try {
      return diffieHellman({ privateKey: privateKeyObject(secretKey), publicKey: key })
    } catch {
      return undefined
    }
  },
}

function privateKeyObject(secretKey: Uint8Array) {
  const key = Buffer.from(allocateSecret(PKCS8.length + X25519_BYTES).buffer)
  key.set(PKCS8)
  key.set(secretKey, PKCS8.length)
  try {
    return createPrivateKey({ key, type: 'pkcs8', format: 'der' })
  } finally {
    key.fill(0)
  }
}
