import { arena } from './arena.js'
import { AAD_AT, FIELD_AT, KEY_AT, TEXT_AT } from './arena-layout.js'
import { type Aead, NONCE_BYTES, TAG_BYTES } from './suite.js'

/** An AEAD that works on what stands in the arena, under the key there. */
export interface ArenaAead {
  /** Encrypts the text at `TEXT_AT` where it stands, under the nonce before it; the tag comes behind it. */
  seal(textBytes: number, aadBytes: number): void

  /**
   * Decrypts the field that begins at an offset with its nonce, so that the text ends at `KEY_AT`.
   *
   * @param textBytes without nonce and tag
   * @returns whether it is authentic; if not, nothing of it is left
   */
  open(fieldAt: number, textBytes: number, aadBytes: number): boolean
}

/** Makes one of any other, by views of the arena. */
export function inArena({ seal, open }: Aead): ArenaAead {
  return {
    seal(textBytes, aadBytes) {
      const { bytes, key } = arena()
      const [nonce, aad] = [bytes.subarray(FIELD_AT, TEXT_AT), bytes.subarray(AAD_AT, AAD_AT + aadBytes)]
      const target = bytes.subarray(TEXT_AT, TEXT_AT + textBytes + TAG_BYTES)
      seal(key, nonce, target.subarray(0, textBytes), aad, target)
    },

    open(fieldAt, textBytes, aadBytes) {
      const { bytes, key } = arena()
      const sealedAt = fieldAt + NONCE_BYTES
      const [nonce, aad] = [bytes.subarray(fieldAt, sealedAt), bytes.subarray(AAD_AT, AAD_AT + aadBytes)]
      const text = open(key, nonce, bytes.subarray(sealedAt, sealedAt + textBytes + TAG_BYTES), aad)
      if (!text) return false
      bytes.set(text, KEY_AT - textBytes)
      text.fill(0)
      return true
    },
  }
}
