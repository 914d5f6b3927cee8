import type { BoundContext } from './bound-context.js'

/**
 * The short cut of a scheme from text to ciphertext and back, because to carry small values from one buffer to the next
 * costs more than to encrypt them. Ciphertexts are the scheme's own, in base64url without padding.
 *
 * Each method gives undefined if it would have to wait, if there is anything unusual about what it was given, and if
 * that does not decrypt: whoever asks goes the long way then, which says what is wrong. Texts are well-formed.
 */
export interface TextCodec {
  encrypt(plaintext: string, context: BoundContext): string | undefined
  decrypt(ciphertext: string, context: BoundContext): string | undefined

  /** The fields of a record. @returns its wrapped key, then the fields in their order */
  encryptAll(
    names: readonly string[],
    plaintexts: readonly string[],
    context: BoundContext,
  ): readonly string[] | undefined

  /** @returns the fields in their order */
  decryptAll(
    key: string,
    names: readonly string[],
    ciphertexts: readonly string[],
    context: BoundContext,
  ): readonly string[] | undefined
}
