import { PIECE_BYTES } from './piece-bytes.js'

/** Lets a stream pass but for its last bytes, which mean something else. */
export class HeldBack {
  readonly #memory: Buffer
  readonly #count: number
  readonly #unit: number
  #passed = 0
  #held = 0

  /**
   * @param count how many bytes at the end are held back at least
   * @param unit what passes is a multiple of it
   */
  constructor(count: number, unit: number) {
    this.#count = count
    this.#unit = unit
    this.#memory = Buffer.allocUnsafeSlow(count + unit + PIECE_BYTES)
  }

  /** What passes now that a slice has come; valid until the next comes. */
  add(slice: Uint8Array): Uint8Array {
    this.#memory.copyWithin(0, this.#passed, this.#passed + this.#held)
    this.#memory.set(slice, this.#held)
    const filled = this.#held + slice.length
    this.#passed = Math.max(0, Math.floor((filled - this.#count) / this.#unit)) * this.#unit
    this.#held = filled - this.#passed
    return this.#memory.subarray(0, this.#passed)
  }

  /** The last bytes. */
  end(): Uint8Array {
    return this.#memory.subarray(this.#passed, this.#passed + this.#held)
  }
}

/** Pieces that are none larger than a slice. */
export async function* inSlices(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += PIECE_BYTES) yield piece.subarray(at, at + PIECE_BYTES)
  }
}
