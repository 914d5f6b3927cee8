/** Where what is made of a run is put. What it holds before is of no account, because all of it is written. */
export type RunMemory = (length: number) => Uint8Array

/** Memory of its own for each. */
export const freshMemory: RunMemory = (length) => new Uint8Array(Buffer.allocUnsafeSlow(length).buffer)

/** The same memory again and again, as long as the longest; zeroed on disposal. */
export class ReusedMemory implements Disposable {
  #bytes: Uint8Array = new Uint8Array(0)

  readonly take: RunMemory = (length) => {
    if (length > this.#bytes.length) {
      this.#bytes.fill(0)
      this.#bytes = freshMemory(length)
    }
    return this.#bytes.subarray(0, length)
  };

  [Symbol.dispose](): void {
    this.#bytes.fill(0)
  }
}
