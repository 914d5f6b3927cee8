import type { ArenaAead } from './arena-aead.js'

export const SALT_BYTES = 24
export const COMMITMENT_BYTES = 32
export const NONCE_BYTES = 12
export const TAG_BYTES = 16
export const RECORD_KEY_BYTES = 32

/** What a data key and a record's salt and context amount to. */
export interface RecordKey extends Disposable {
  /** 32 bytes, zeroed on disposal. */
  readonly key: Uint8Array
  /** 32 bytes, public: nobody can find another data key, salt or context with the same. */
  readonly commitment: Uint8Array
}

/** Hash functions of 64 bytes. */
export type KdfHash = 'sha512' | 'blake2b512'

/** A way to encrypt and authenticate, with nonces of 12 bytes and tags of 16. */
export interface Aead {
  /**
   * Writes ciphertext and tag, which are 16 bytes longer than the plaintext.
   *
   * @param target of just that length
   */
  seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array, target: Uint8Array): void

  /**
   * The plaintext, in memory that nobody else has, or undefined if anything is not what `seal` was given.
   *
   * @param sealed at least 16 bytes
   */
  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array | undefined
}

/**
 * One way to derive a record's key and to encrypt its fields; a row of the table in `suites.ts`. To add a suite is to
 * add a row, with an id that no other has ever had.
 */
export interface Suite extends Aead {
  /** Written into every green key. */
  readonly id: number
  readonly name: string

  /** What derives its keys, in one step; as node:crypto calls it. */
  readonly kdfHash: KdfHash

  /** The same AEAD for a text of so many bytes in the arena. */
  arenaAead(textBytes: number): ArenaAead
}
