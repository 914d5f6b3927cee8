import { giveBack } from '@parasol/core'
import { arena } from './arena.js'
import { AAD_AT, KEY_AT, TEXT_AT } from './arena-layout.js'
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
      const place = arena()
      const target = place.view(TEXT_AT, textBytes + TAG_BYTES)
      seal(place.key, place.nonce, place.view(TEXT_AT, textBytes), place.view(AAD_AT, aadBytes), target)
    },

    open(fieldAt, textBytes, aadBytes) {
      const place = arena()
      const sealed = place.view(fieldAt + NONCE_BYTES, textBytes + TAG_BYTES)
      const text = open(place.key, place.view(fieldAt, NONCE_BYTES), sealed, place.view(AAD_AT, aadBytes))
      if (!text) return false
      place.bytes.set(text, KEY_AT - textBytes)
      text.fill(0)
      giveBack(text)
      return true
    },
  }
}
