import type { ArenaAead } from './arena-aead.js'
import { AAD_AT, FIELD_AT, KEY_AT, TEXT_AT } from './arena-layout.js'
import type { SodiumModule } from './sodium-module.js'
import { NONCE_BYTES, TAG_BYTES } from './suite.js'

/** ChaCha20-Poly1305 by libsodium's WebAssembly, in an arena of its memory: nothing is copied. @param start of the arena */
export function sodiumArenaAead(module: SodiumModule, start: number): ArenaAead {
  const [key, nonce, text, aad] = [start + KEY_AT, start + FIELD_AT, start + TEXT_AT, start + AAD_AT]
  const encrypt = module._crypto_aead_chacha20poly1305_ietf_encrypt
  const decrypt = module._crypto_aead_chacha20poly1305_ietf_decrypt
  return {
    seal(textBytes, aadBytes) {
      encrypt(text, 0, text, textBytes, 0, aad, aadBytes, 0, 0, nonce, key)
    },

    open(fieldAt, textBytes, aadBytes) {
      const field = start + fieldAt
      const sealed = field + NONCE_BYTES
      const target = key - textBytes
      return decrypt(target, 0, 0, sealed, textBytes + TAG_BYTES, 0, aad, aadBytes, 0, field, key) === 0
    },
  }
}
