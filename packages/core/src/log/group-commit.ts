interface Waiting<Item> {
  readonly item: Item
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Writes together what comes while a write is under way, in the order in which it came: one sync serves many. */
export class GroupCommit<Item> {
  readonly #write: (items: readonly Item[]) => Promise<void>
  readonly #most: number
  #waiting: Waiting<Item>[] = []
  #writing: Promise<void> | undefined

  /** @param most how many items one write takes at most */
  constructor(write: (items: readonly Item[]) => Promise<void>, most: number = Number.POSITIVE_INFINITY) {
    this.#write = write
    this.#most = most
  }

  /** How many items wait for a write to begin. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Resolves when the item was written; a write that fails fails for all of its items, and the next is tried all the same. */
  add(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      this.#writing ??= this.#writeAll()
    })
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    do {
      // Those who come in the same turn of the event loop, from other connections too, go into one write.
      await new Promise((resolve) => setImmediate(resolve))
      await this.#writeBatch(this.#waiting.splice(0, this.#most))
    } while (this.#waiting.length > 0)
    this.#writing = undefined
  }

  async #writeBatch(batch: readonly Waiting<Item>[]): Promise<void> {
    try {
      await this.#write(batch.map(({ item }) => item))
      for (const { resolve } of batch) resolve()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}
