import { createCipheriv, createDecipheriv } from 'node:crypto'
import { deriveRecordKey } from './record-key.js'
import { type Suite, TAG_BYTES } from './suite.js'

const ID = 1
const NAME = 'aes-256-gcm'
// Without it, node:crypto takes tags of 4 bytes.
const FULL_TAG = { authTagLength: TAG_BYTES }

/** AES-256-GCM (NIST SP 800-38D) by node:crypto, under a record key of SP 800-56C: standard parts throughout. */
export const aes256Gcm: Suite = {
  id: ID,
  name: NAME,

  deriveRecordKey: (dataKey, salt, context) => deriveRecordKey(ID, dataKey, salt, context),

  seal(key, nonce, plaintext, aad, target) {
    const cipher = createCipheriv(NAME, key, nonce, FULL_TAG).setAAD(aad)
    target.set(cipher.update(plaintext))
    // OpenSSL wipes its copy of the key when a cipher is finished.
    cipher.final()
    target.set(cipher.getAuthTag(), plaintext.length)
  },

  open(key, nonce, sealed, aad) {
    const tagAt = sealed.length - TAG_BYTES
    const decipher = createDecipheriv(NAME, key, nonce, FULL_TAG).setAAD(aad).setAuthTag(sealed.subarray(tagAt))
    const plaintext = decipher.update(sealed.subarray(0, tagAt))
    try {
      decipher.final()
      return plaintext
    } catch {
      plaintext.fill(0)
      return undefined
    }
  },
}
