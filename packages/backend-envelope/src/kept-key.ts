import { allocateSecret } from '@parasol/core'
import type { DataKeyLease } from './data-key-source.js'

/** How much one data key may encrypt. */
export interface KeyAllowance {
  readonly maxRecords: number
  readonly maxBytes: number
}

const UNLIMITED: KeyAllowance = { maxRecords: Infinity, maxBytes: Infinity }

/** A data key that stays in memory. Disposal withdraws it: it is zeroed as soon as no lease of it is open. */
export class KeptKey implements Disposable {
  readonly encodedList: Uint8Array
  readonly #plaintext: Uint8Array
  #recordsLeft: number
  #bytesLeft: number
  #leases = 0
  #withdrawn = false

  /** Copies the key; the lease remains the caller's. */
  constructor({ plaintext, encodedList }: DataKeyLease, { maxRecords, maxBytes } = UNLIMITED) {
    this.#plaintext = allocateSecret(plaintext.length)
    this.#plaintext.set(plaintext)
    this.encodedList = new Uint8Array(encodedList)
    this.#recordsLeft = maxRecords
    this.#bytesLeft = maxBytes
  }

  get exhausted(): boolean {
    return this.#recordsLeft === 0 || this.#bytesLeft === 0
  }

  /** A lease for a record of so many bytes; undefined if the allowance does not reach, or the key is zeroed. */
  take(bytes: number): DataKeyLease | undefined {
    if (this.#recordsLeft < 1 || this.#bytesLeft < bytes || this.#isZeroed) return undefined
    this.#recordsLeft -= 1
    this.#bytesLeft -= bytes
    return this.#lease()
  }

  /** Keeps it from being zeroed until the lease is disposed of. */
  hold(): DataKeyLease {
    return this.#lease()
  }

  [Symbol.dispose](): void {
    this.#withdrawn = true
    this.#zeroIfDone()
  }

  get #isZeroed(): boolean {
    return this.#withdrawn && this.#leases === 0
  }

  #lease(): DataKeyLease {
    this.#leases += 1
    return new Lease(this.#plaintext, this.encodedList, this.#release)
  }

  readonly #release = (): void => {
    this.#leases -= 1
    this.#zeroIfDone()
  }

  #zeroIfDone(): void {
    if (this.#isZeroed) this.#plaintext.fill(0)
  }
}

class Lease implements DataKeyLease {
  readonly plaintext: Uint8Array
  readonly encodedList: Uint8Array
  #release: (() => void) | undefined

  constructor(plaintext: Uint8Array, encodedList: Uint8Array, release: () => void) {
    this.plaintext = plaintext
    this.encodedList = encodedList
    this.#release = release
  }

  [Symbol.dispose](): void {
    this.#release?.()
    this.#release = undefined
  }
}
