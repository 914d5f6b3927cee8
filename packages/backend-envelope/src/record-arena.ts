import { hash } from 'node:crypto'
import { allocateSecret, DATA_KEY_BYTES, MAX_CONTEXT_BYTES } from '@parasol/core'
import { FORMAT_VERSION, RECORD_LABEL } from './record-key.js'
import type { SodiumModule } from './sodium-module.js'
import { COMMITMENT_BYTES, RECORD_KEY_BYTES, SALT_BYTES } from './suite.js'

const DATA_KEY_AT = 4
const LABEL_AT = DATA_KEY_AT + DATA_KEY_BYTES
const SUITE_AT = LABEL_AT + RECORD_LABEL.length + 1
const SALT_AT = SUITE_AT + 1
const CONTEXT_AT = SALT_AT + SALT_BYTES
const KEY_AT = CONTEXT_AT + MAX_CONTEXT_BYTES
const COMMITMENT_AT = KEY_AT + RECORD_KEY_BYTES
const SIZE = COMMITMENT_AT + COMMITMENT_BYTES

/**
 * Where the key of one record at a time is derived, as `record-key.ts` says, and used before anything else happens. It is
 * memory outside V8's heap that is used again and again: to allocate costs more than to derive.
 */
export class RecordArena {
  /** Of the record whose turn it is. */
  readonly key: Uint8Array
  readonly commitment: Uint8Array
  readonly #bytes: Uint8Array
  readonly #hash: (length: number) => void

  /**
   * @param bytes `RecordArena.SIZE` of them, which are zero
   * @param hash writes the SHA-512 of the first bytes to `RecordArena.HASH_AT`
   */
  constructor(bytes: Uint8Array, hash: (length: number) => void) {
    bytes[DATA_KEY_AT - 1] = 1
    bytes.set(RECORD_LABEL, LABEL_AT)
    bytes[SUITE_AT - 1] = FORMAT_VERSION
    this.key = bytes.subarray(KEY_AT, COMMITMENT_AT)
    this.commitment = bytes.subarray(COMMITMENT_AT, SIZE)
    this.#bytes = bytes
    this.#hash = hash
  }

  /** Whoever calls it wipes what it leaves in `key` before the event loop turns. */
  derive(suite: number, dataKey: Uint8Array, salt: Uint8Array, context: Uint8Array): void {
    const bytes = this.#bytes
    bytes[SUITE_AT] = suite
    bytes.set(salt, SALT_AT)
    bytes.set(context, CONTEXT_AT)
    bytes.set(dataKey, DATA_KEY_AT)
    this.#hash(CONTEXT_AT + context.length)
    bytes.fill(0, DATA_KEY_AT, LABEL_AT)
  }

  static nodeCrypto(): RecordArena {
    const bytes = allocateSecret(SIZE)
    return new RecordArena(bytes, (length) => {
      const derived = hash('sha512', bytes.subarray(0, length), 'buffer')
      bytes.set(derived, KEY_AT)
      derived.fill(0)
    })
  }

  /** SHA-512 by libsodium costs half of what a call into node:crypto does, and its result never leaves the arena. */
  static sodium(module: SodiumModule): RecordArena {
    const start = module._malloc(SIZE)
    const bytes = module.HEAPU8.subarray(start, start + SIZE).fill(0)
    return new RecordArena(bytes, (length) => {
      module._crypto_hash(start + KEY_AT, start, length, 0)
    })
  }
}
