import { createHmac } from 'node:crypto'
import nacl from 'tweetnacl'
import { deriveRecordKey } from './record-key.js'
import { RECORD_KEY_BYTES, type Suite } from './suite.js'

const ID = 3

/**
 * NaCl's secretbox (XSalsa20-Poly1305) by tweetnacl: JavaScript alone, for runtimes that have neither OpenSSL nor
 * WebAssembly. The tag stands before the ciphertext, as secretbox has it.
 *
 * secretbox takes no associated data, so each field has a key of its own: the first 32 bytes of HMAC-SHA-512 of the
 * AAD under the record key. Its nonce of 24 bytes is the field's 12 random ones and 12 zeros, which is enough: a
 * field's key sees as many nonces as the field has values under one record key, usually one.
 */
export const xsalsa20Poly1305: Suite = {
  id: ID,
  name: 'xsalsa20-poly1305',

  deriveRecordKey: (dataKey, salt, context) => deriveRecordKey(ID, dataKey, salt, context),

  seal(key, nonce, plaintext, aad) {
    const fieldKey = deriveFieldKey(key, aad)
    const sealed = nacl.secretbox(plaintext, extend(nonce), fieldKey)
    fieldKey.fill(0)
    return sealed
  },

  open(key, nonce, sealed, aad) {
    const fieldKey = deriveFieldKey(key, aad)
    const plaintext = nacl.secretbox.open(sealed, extend(nonce), fieldKey)
    fieldKey.fill(0)
    return plaintext ?? undefined
  },
}

function deriveFieldKey(recordKey: Uint8Array, aad: Uint8Array): Uint8Array {
  const derived = createHmac('sha512', recordKey).update(aad).digest()
  derived.fill(0, RECORD_KEY_BYTES)
  return new Uint8Array(derived.buffer, derived.byteOffset, RECORD_KEY_BYTES)
}

function extend(nonce: Uint8Array): Uint8Array {
  const extended = new Uint8Array(nacl.secretbox.nonceLength)
  extended.set(nonce)
  return extended
}
