import { RawAes } from './raw-aes.js'

/**
 * The same for a column of text, as one writes it with care: UTF-8 in, nonce from a pool, base64 out, one key for
 * everything.
 */
export class TextAes {
  readonly #raw = new RawAes()

  encrypt(text: string, aad: Uint8Array): string {
    const { buffer, byteOffset, length } = this.#raw.encrypt(Buffer.from(text), aad)
    return Buffer.from(buffer, byteOffset, length).toString('base64')
  }

  decrypt(text: string, aad: Uint8Array): string {
    const plaintext = this.#raw.decrypt(Buffer.from(text, 'base64'), aad)
    return Buffer.from(plaintext.buffer, plaintext.byteOffset, plaintext.length).toString()
  }
}
