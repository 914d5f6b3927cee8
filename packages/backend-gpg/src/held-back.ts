import { PIECE_BYTES } from './piece-bytes.js'

/** Lets a stream pass but for its last bytes, which mean something else. */
export class HeldBack {
  readonly #memory: Buffer
  readonly #count: number
  #held = 0

  /** @param count how many bytes at the end are held back */
  constructor(count: number) {
    this.#count = count
    this.#memory = Buffer.allocUnsafeSlow(count + PIECE_BYTES)
  }

  /** What passes now that a slice has come; valid until the next comes. */
  add(slice: Uint8Array): Uint8Array {
    const passed = this.#passed
    this.#memory.copyWithin(0, passed, passed + this.#held)
    this.#memory.set(slice, this.#held)
    const filled = this.#held + slice.length
    this.#held = Math.min(filled, this.#count)
    this.#passed = filled - this.#held
    return this.#memory.subarray(0, this.#passed)
  }

  /** The last bytes; fewer if there were not so many. */
  end(): Uint8Array {
    return this.#memory.subarray(this.#passed, this.#passed + this.#held)
  }

  #passed = 0
}

/** Pieces that are none larger than a slice. */
export async function* inSlices(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += PIECE_BYTES) yield piece.subarray(at, at + PIECE_BYTES)
  }
}
