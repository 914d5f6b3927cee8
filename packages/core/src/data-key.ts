import { inspect } from 'node:util'
import { CryptoError } from './errors.js'

/** The length of a data key. */
export const DATA_KEY_BYTES = 32

/**
 * Plaintext ("red") key beside its wrapped ("green") form. Hold it in a `using`: the end of the scope zeroes it.
 *
 *     using key = await kms.generateDataKey(keyId, context)
 *
 * It prints and serialises as `[DataKey]`.
 */
export class DataKey implements Disposable {
  readonly wrapped: Uint8Array
  #plaintext: Uint8Array | undefined

  /** Moves the plaintext into memory of its own and zeroes the given bytes. */
  constructor(wrapped: Uint8Array, plaintext: Uint8Array) {
    this.wrapped = wrapped
    this.#plaintext = allocateSecret(plaintext.length)
    this.#plaintext.set(plaintext)
    plaintext.fill(0)
  }

  /** @throws CryptoError CLOSED after disposal */
  get plaintext(): Uint8Array {
    if (!this.#plaintext) throw new CryptoError('CLOSED', 'The data key was already destroyed')
    return this.#plaintext
  }

  [Symbol.dispose](): void {
    this.#plaintext?.fill(0)
    this.#plaintext = undefined
  }

  toJSON(): string {
    return '[DataKey]'
  }

  [inspect.custom](): string {
    return '[DataKey]'
  }
}

/**
 * Zeroed memory for a secret, outside V8's heap. A typed array of 64 bytes or less that V8 allocates itself lives on
 * the heap, where the garbage collector may copy it and `fill(0)` reaches one copy only.
 */
export function allocateSecret(length: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(length))
}
