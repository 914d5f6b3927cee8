import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
  randomFillSync,
} from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const TAG = { authTagLength: TAG_BYTES }

/**
 * The least that AES-256-GCM costs in Node: one key for everything, as a KeyObject, nonces from a pool, binary in and out.
 * It has neither a key for each record nor a commitment to it.
 */
export class RawAes {
  readonly #key: KeyObject = createSecretKey(randomBytes(32))
  readonly #pool = Buffer.alloc(4096)
  #used = this.#pool.length

  encrypt(plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
    const target = new Uint8Array(NONCE_BYTES + plaintext.length + TAG_BYTES)
    const nonce = target.subarray(0, NONCE_BYTES)
    nonce.set(this.#nonce())
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce, TAG).setAAD(aad)
    target.set(cipher.update(plaintext), NONCE_BYTES)
    cipher.final()
    target.set(cipher.getAuthTag(), NONCE_BYTES + plaintext.length)
    return target
  }

  decrypt(ciphertext: Uint8Array, aad: Uint8Array): Uint8Array {
    const tagAt = ciphertext.length - TAG_BYTES
    const decipher = createDecipheriv('aes-256-gcm', this.#key, ciphertext.subarray(0, NONCE_BYTES), TAG)
    decipher.setAAD(aad).setAuthTag(ciphertext.subarray(tagAt))
    const plaintext = decipher.update(ciphertext.subarray(NONCE_BYTES, tagAt))
    decipher.final()
    return plaintext
  }

  #nonce(): Uint8Array {
    if (this.#used + NONCE_BYTES > this.#pool.length) {
      randomFillSync(this.#pool)
      this.#used = 0
    }
    this.#used += NONCE_BYTES
    return this.#pool.subarray(this.#used - NONCE_BYTES, this.#used)
  }
}
