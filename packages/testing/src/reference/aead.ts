import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { decryptionFailed } from '@parasol/core'

export const NONCE_BYTES = 12
export const TAG_BYTES = 16
/** What `aesGcm` adds to a plaintext. */
export const OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES

const TAG = { authTagLength: TAG_BYTES }

/** Authenticated encryption under one key; `open` throws CryptoError DECRYPTION_FAILED. */
export interface Aead {
  seal(key: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array
  open(key: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array
}

/** AES-256-GCM: a random nonce of 12 bytes, the ciphertext, a tag of 16 bytes. */
export const aesGcm: Aead = {
  seal: (key, plaintext, aad) => {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', key, nonce, TAG).setAAD(aad)
    return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  },
  open: (key, sealed, aad) => {
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), TAG).setAAD(aad)
      decipher.setAuthTag(sealed.subarray(Math.max(NONCE_BYTES, sealed.length - TAG_BYTES)))
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
    } catch (cause) {
      throw decryptionFailed(cause)
    }
  },
}
