import {
  constants,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
  privateEncrypt,
  publicDecrypt,
  publicEncrypt,
  timingSafeEqual,
} from 'node:crypto'
import { allocateSecret, pkcs1Fault } from '@parasol/core'
import { encodePss, verifyPss } from './pss-encoding.js'

/** DigestInfo of SHA-256 up to the digest: RFC 8017, section 9.2, note 1. */
const SHA256_DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex')
const { RSA_PKCS1_PADDING, RSA_NO_PADDING, RSA_PKCS1_OAEP_PADDING } = constants

export type OaepHash = 'sha1' | 'sha256'

/** Signs a SHA-256 digest that somebody else made, or tells whether a signature is one of it. */
export interface RsaSignature {
  sign(pkcs8: Uint8Array, digest: Uint8Array): Uint8Array
  verify(pkcs8: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean
}

/** RSASSA-PKCS1-v1_5: OpenSSL pads what it is given, so that it is given the DigestInfo. */
export const pkcs1Signature: RsaSignature = {
  sign: (pkcs8, digest) =>
    privateEncrypt({ key: privateKey(pkcs8), padding: RSA_PKCS1_PADDING }, Buffer.concat([SHA256_DIGEST_INFO, digest])),
  verify: (pkcs8, digest, signature) => {
    const expected = Buffer.concat([SHA256_DIGEST_INFO, digest])
    const recovered = recover(pkcs8, signature, RSA_PKCS1_PADDING)
    return recovered?.length === expected.length && timingSafeEqual(recovered, expected)
  },
}

/** RSASSA-PSS: the encoding is ours (`pss-encoding.ts`), the RSA operation OpenSSL's, which blinds it. */
export const pssSignature: RsaSignature = {
  sign: (pkcs8, digest) => {
    const key = privateKey(pkcs8)
    return privateEncrypt({ key, padding: RSA_NO_PADDING }, encodePss(digest, bitsOf(key)))
  },
  verify: (pkcs8, digest, signature) => {
    const encoded = recover(pkcs8, signature, RSA_NO_PADDING)
    return encoded !== undefined && verifyPss(encoded, digest, bitsOf(privateKey(pkcs8)))
  },
}

/** @throws an error of OpenSSL if the plaintext is too long for the key */
export function encryptOaep(pkcs8: Uint8Array, plaintext: Uint8Array, oaepHash: OaepHash): Buffer {
  return publicEncrypt({ key: rsaPublicKey(pkcs8), padding: RSA_PKCS1_OAEP_PADDING, oaepHash }, plaintext)
}

/** The plaintext in memory of its own, which the caller zeroes; undefined if the ciphertext does not open. */
export function decryptOaep(pkcs8: Uint8Array, ciphertext: Uint8Array, oaepHash: OaepHash): Uint8Array | undefined {
  return decryptRsa(pkcs8, ciphertext, { padding: RSA_PKCS1_OAEP_PADDING, oaepHash })
}

/**
 * The same of RSAES-PKCS1-v1_5, of a message whose length is known. OpenSSL is asked for no padding, because Node refuses this
 * one where its OpenSSL would tell of it.
 */
export function decryptPkcs1(pkcs8: Uint8Array, ciphertext: Uint8Array, length: number): Uint8Array | undefined {
  const block = decryptRsa(pkcs8, ciphertext, { padding: RSA_NO_PADDING })
  if (!block) return undefined
  try {
    if (pkcs1Fault(block, length) !== 0) return undefined
    const plaintext = allocateSecret(length)
    plaintext.set(block.subarray(block.length - length))
    return plaintext
  } finally {
    block.fill(0)
  }
}

function decryptRsa(
  pkcs8: Uint8Array,
  ciphertext: Uint8Array,
  options: { readonly padding: number; readonly oaepHash?: OaepHash },
): Uint8Array | undefined {
  try {
    const opened = privateDecrypt({ key: privateKey(pkcs8), ...options }, ciphertext)
    const plaintext = allocateSecret(opened.length)
    plaintext.set(opened)
    opened.fill(0)
    return plaintext
  } catch {
    return undefined
  }
}

export function rsaPublicKey(pkcs8: Uint8Array): KeyObject {
  return createPublicKey(privateKey(pkcs8))
}

function recover(pkcs8: Uint8Array, signature: Uint8Array, padding: number): Buffer | undefined {
  try {
    return publicDecrypt({ key: rsaPublicKey(pkcs8), padding }, signature)
  } catch {
    return undefined
  }
}

function privateKey(pkcs8: Uint8Array): KeyObject {
  const der = Buffer.from(pkcs8.buffer, pkcs8.byteOffset, pkcs8.length)
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}

function bitsOf(key: KeyObject): number {
  return key.asymmetricKeyDetails?.modulusLength ?? 0
}
