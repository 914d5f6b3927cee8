import type { CallOptions, EncryptionContext } from '@parasol/core'

/**
 * `ciphertext`: a ciphertext that was changed in any way does not decrypt. `plaintext`: it may still decrypt, but only
 * to what was encrypted. The second is all that a format offers that can be written in more than one way: in an OpenPGP
 * message to a Curve25519 key, the lowest bits of the length of a number and the highest bit of the ephemeral point say
 * nothing.
 */
export type Integrity = 'ciphertext' | 'plaintext'

/** What a provider and a KMS have in common: it encrypts bytes under a context. */
export interface Subject extends Encryption {
  readonly maxPlaintextBytes: number
  readonly bindsContext: boolean
  readonly integrity: Integrity
  /** The same kind of thing with other keys. */
  readonly stranger: Encryption
}

export interface Encryption {
  encrypt(plaintext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array>
  decrypt(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array>
}
