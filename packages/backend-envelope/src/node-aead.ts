import { type CipherGCMTypes, createCipheriv, createDecipheriv } from 'node:crypto'
import { cipherKey, giveBack } from '@parasol/core'
import { type Aead, TAG_BYTES } from './suite.js'

// Without it, node:crypto takes tags of 4 bytes.
const FULL_TAG = { authTagLength: TAG_BYTES }

/** An AEAD of node:crypto whose nonce has 12 bytes and whose tag, of 16, stands last. */
export function nodeAead(name: 'aes-256-gcm' | 'chacha20-poly1305'): Aead {
  // The types tell the two names apart, and node:crypto does not.
  const algorithm = name as CipherGCMTypes
  return {
    seal(key, nonce, plaintext, aad, target) {
      const cipher = createCipheriv(algorithm, cipherKey(key), nonce, FULL_TAG).setAAD(aad)
      const ciphertext = cipher.update(plaintext)
      target.set(ciphertext)
      giveBack(ciphertext)
      // OpenSSL wipes its copy of the key when a cipher is finished.
      cipher.final()
      target.set(cipher.getAuthTag(), plaintext.length)
    },

    open(key, nonce, sealed, aad) {
      const tagAt = sealed.length - TAG_BYTES
      const decipher = createDecipheriv(algorithm, cipherKey(key), nonce, FULL_TAG).setAAD(aad)
      const plaintext = decipher.setAuthTag(sealed.subarray(tagAt)).update(sealed.subarray(0, tagAt))
      try {
        decipher.final()
        return plaintext
      } catch {
        plaintext.fill(0)
        return undefined
      }
    },
  }
}
