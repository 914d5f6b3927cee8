import { hash } from 'node:crypto'
import { allocateSecret } from '@parasol/core'
import {
  ARENA_BYTES,
  CIPHERTEXT_AT,
  COMMITMENT_AT,
  COMMITMENT_END,
  CONTEXT_AT,
  DATA_KEY_AT,
  FIELD_AT,
  KDF_AT,
  KDF_SALT_AT,
  KEY_AT,
  LABEL_AT,
  SUITE_AT,
  VERSION_AT,
} from './arena-layout.js'
import { COMMITMENT_AT as COMMITMENT_OFFSET } from './green-key.js'
import { FORMAT_VERSION, RECORD_LABEL } from './record-key.js'
import type { SodiumModule } from './sodium-module.js'
import { COMMITMENT_BYTES, type KdfHash, NONCE_BYTES, RECORD_KEY_BYTES, type Suite } from './suite.js'

const WORD = Float64Array.BYTES_PER_ELEMENT
const HASH_BYTES = RECORD_KEY_BYTES + COMMITMENT_BYTES

const GIVEN_COMMITMENT_AT = CIPHERTEXT_AT + COMMITMENT_OFFSET

/**
 * Where the key of one record at a time is derived, as `record-key.ts` says, and used before anything else happens. It is
 * memory outside V8's heap that is used again and again: to allocate costs more than to derive. Small texts are
 * encrypted and decrypted in it as well (`text-codec.ts`).
 */
export class RecordArena {
  readonly bytes: Buffer
  /** Of the record whose turn it is. */
  readonly key: Uint8Array
  readonly commitment: Uint8Array
  /** That of a green key that is to be opened. */
  readonly givenCommitment: Uint8Array
  /** Of a text that is to be encrypted. */
  readonly nonce: Uint8Array
  readonly #words: Float64Array
  readonly #hash: Readonly<Record<KdfHash, (end: number) => void>>

  /**
   * @param bytes `ARENA_BYTES` of them, which are zero, aligned to eight
   * @param hash writes the hash of the bytes from `KDF_AT` to the given end to `KEY_AT`
   */
  constructor(bytes: Buffer, hash: Readonly<Record<KdfHash, (end: number) => void>>) {
    bytes.set(RECORD_LABEL, LABEL_AT)
    bytes[VERSION_AT] = FORMAT_VERSION
    this.bytes = bytes
    this.key = bytes.subarray(KEY_AT, COMMITMENT_AT)
    this.commitment = bytes.subarray(COMMITMENT_AT, COMMITMENT_END)
    this.givenCommitment = bytes.subarray(GIVEN_COMMITMENT_AT, GIVEN_COMMITMENT_AT + COMMITMENT_BYTES)
    this.nonce = this.view(FIELD_AT, NONCE_BYTES)
    this.#words = new Float64Array(bytes.buffer, bytes.byteOffset, LABEL_AT / WORD)
    this.#hash = hash
  }

  /** Costs half of what `subarray` does for a Buffer. */
  view(offset: number, length: number): Uint8Array {
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + offset, length)
  }

  /** Whoever calls it calls `wipe` before the event loop turns. */
  derive(suite: Suite, dataKey: Uint8Array, salt: Uint8Array, context: Uint8Array): void {
    this.bytes.set(salt, KDF_SALT_AT)
    this.bytes.set(context, CONTEXT_AT)
    this.deriveHere(suite, dataKey, CONTEXT_AT + context.length)
  }

  /** The same where salt and context are at their places already. */
  deriveHere({ id, kdfHash }: Suite, dataKey: Uint8Array, contextEnd: number): void {
    const { bytes } = this
    bytes[DATA_KEY_AT - 1] = 1
    bytes[SUITE_AT] = id
    bytes.set(dataKey, DATA_KEY_AT)
    this.#hash[kdfHash](contextEnd)
  }

  /** Wipes the keys. */
  wipe(): void {
    this.#wipe(KEY_AT, LABEL_AT)
  }

  /** Wipes a text that was decrypted. */
  wipeText(textBytes: number): void {
    this.#wipe(KEY_AT - textBytes, KEY_AT)
  }

  /** By a loop, because a call into V8 for a hundred bytes takes longer. */
  #wipe(from: number, to: number): void {
    for (let word = Math.floor(from / WORD); word < to / WORD; word++) this.#words[word] = 0
  }

  static nodeCrypto(): RecordArena {
    const bytes = Buffer.from(allocateSecret(ARENA_BYTES).buffer)
    const by = (name: KdfHash) => (end: number) => {
      const derived = hash(name, arena.view(KDF_AT, end - KDF_AT), 'buffer')
      bytes.set(derived, KEY_AT)
      derived.fill(0)
    }
    const arena: RecordArena = new RecordArena(bytes, { sha512: by('sha512'), blake2b512: by('blake2b512') })
    return arena
  }

  /**
   * A hash by libsodium costs half of what a call into node:crypto does or less, and its result never leaves the arena.
   *
   * @param start where in the module's memory `ARENA_BYTES` are free
   */
  static sodium(module: SodiumModule, start: number): RecordArena {
    const bytes = Buffer.from(module.HEAPU8.buffer, start, ARENA_BYTES).fill(0)
    const [target, source] = [start + KEY_AT, start + KDF_AT]
    // To look a function up among the hundreds of the module costs as much as to call it.
    const { _crypto_hash: sha512, _crypto_generichash: blake2b } = module
    return new RecordArena(bytes, {
      sha512: (end) => {
        sha512(target, source, end - KDF_AT, 0)
      },
      blake2b512: (end) => {
        blake2b(target, HASH_BYTES, source, end - KDF_AT, 0, 0, 0)
      },
    })
  }
}
