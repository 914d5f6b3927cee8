import { createCipheriv, createDecipheriv } from 'node:crypto'
import { deriveRecordKey } from './record-key.js'
import { type Suite, TAG_BYTES } from './suite.js'

const ID = 1

/** AES-256-GCM (NIST SP 800-38D) by node:crypto, under a record key of SP 800-56C: standard parts throughout. */
export const aes256Gcm: Suite = {
  id: ID,
  name: 'aes-256-gcm',

  deriveRecordKey: (dataKey, salt, context) => deriveRecordKey(ID, dataKey, salt, context),

  seal(key, nonce, plaintext, aad) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(aad)
    const ciphertext = cipher.update(plaintext)
    // OpenSSL wipes its copy of the key when a cipher is finished.
    cipher.final()
    const sealed = new Uint8Array(ciphertext.length + TAG_BYTES)
    sealed.set(ciphertext)
    sealed.set(cipher.getAuthTag(), ciphertext.length)
    return sealed
  },

  open(key, nonce, sealed, aad) {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(aad)
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
    const plaintext = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES))
    try {
      decipher.final()
      return plaintext
    } catch {
      plaintext.fill(0)
      return undefined
    }
  },
}
