import type { SodiumModule } from './sodium-module.js'
import { type Aead, RECORD_KEY_BYTES, TAG_BYTES } from './suite.js'

/** Of text and AAD together, of what is sealed and opened here. */
export const SODIUM_MAX_BYTES = 1024

/** Where things are in the part of the heap that is ours; the AAD stands behind the text and its tag. */
const NONCE_AT = RECORD_KEY_BYTES
const TEXT_AT = 64
const SIZE = TEXT_AT + SODIUM_MAX_BYTES + TAG_BYTES

/**
 * ChaCha20-Poly1305 by libsodium's WebAssembly, in its own heap and in place: its usual JavaScript interface costs more
 * than the encryption of a small field. What was written is wiped before each call returns.
 */
export function sodiumAead(module: SodiumModule): Aead {
  const start = module._malloc(SIZE)
  const heap = module.HEAPU8.subarray(start, start + SIZE)
  const encrypt = module._crypto_aead_chacha20poly1305_ietf_encrypt
  const decrypt = module._crypto_aead_chacha20poly1305_ietf_decrypt
  return {
    seal(key, nonce, plaintext, aad, target) {
      const sealedBytes = plaintext.length + TAG_BYTES
      const aadAt = TEXT_AT + sealedBytes
      const text = start + TEXT_AT
      heap.set(key)
      heap.set(nonce, NONCE_AT)
      heap.set(plaintext, TEXT_AT)
      heap.set(aad, aadAt)
      encrypt(text, 0, text, plaintext.length, 0, start + aadAt, aad.length, 0, 0, start + NONCE_AT, start)
      target.set(heap.subarray(TEXT_AT, aadAt))
      heap.fill(0, 0, aadAt)
    },

    open(key, nonce, sealed, aad) {
      const aadAt = TEXT_AT + sealed.length
      const text = start + TEXT_AT
      heap.set(key)
      heap.set(nonce, NONCE_AT)
      heap.set(sealed, TEXT_AT)
      heap.set(aad, aadAt)
      const result = decrypt(text, 0, 0, text, sealed.length, 0, start + aadAt, aad.length, 0, start + NONCE_AT, start)
      const plaintext = result === 0 ? heap.slice(TEXT_AT, aadAt - TAG_BYTES) : undefined
      heap.fill(0, 0, aadAt)
      return plaintext
    },
  }
}
