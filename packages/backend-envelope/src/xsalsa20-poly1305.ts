import { createHmac } from 'node:crypto'
import nacl from 'tweetnacl'
import { inArena } from './arena-aead.js'
import { type Aead, RECORD_KEY_BYTES, type Suite } from './suite.js'

/**
 * NaCl's secretbox (XSalsa20-Poly1305) by tweetnacl: JavaScript alone, for runtimes that have neither OpenSSL nor
 * WebAssembly. The tag stands before the ciphertext, as secretbox has it.
 *
 * secretbox takes no associated data, so each field has a key of its own: the first 32 bytes of HMAC-SHA-512 of the
 * AAD under the record key. Its nonce of 24 bytes is the field's 12 random ones and 12 zeros, which is enough: a
 * field's key sees as many nonces as the field has values under one record key, usually one.
 */
export const xsalsa20Poly1305: Suite = {
  id: 3,
  name: 'xsalsa20-poly1305',
  kdfHash: 'sha512',
  arenaAead: () => arenaAead,
  seal: (...parts) => aead.seal(...parts),
  open: (...parts) => aead.open(...parts),
}

const aead: Aead = {
  seal(key, nonce, plaintext, aad, target) {
    const fieldKey = deriveFieldKey(key, aad)
    try {
      target.set(nacl.secretbox(plaintext, extendNonce(nonce), fieldKey))
    } finally {
      fieldKey.fill(0)
    }
  },

  open(key, nonce, sealed, aad) {
    const fieldKey = deriveFieldKey(key, aad)
    try {
      return nacl.secretbox.open(sealed, extendNonce(nonce), fieldKey) ?? undefined
    } finally {
      fieldKey.fill(0)
    }
  },
}

const arenaAead = inArena(aead)

function deriveFieldKey(recordKey: Uint8Array, aad: Uint8Array): Uint8Array {
  const derived = createHmac('sha512', recordKey).update(aad).digest()
  derived.fill(0, RECORD_KEY_BYTES)
  return derived.subarray(0, RECORD_KEY_BYTES)
}

function extendNonce(nonce: Uint8Array): Uint8Array {
  const extended = new Uint8Array(nacl.secretbox.nonceLength)
  extended.set(nonce)
  return extended
}
