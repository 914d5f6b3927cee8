interface Waiting<Item> {
  readonly item: Item
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Items whose write is under way, and what makes it fail. */
interface Batch<Item> {
  readonly batch: readonly Waiting<Item>[]
  readonly outcome: Promise<{ readonly error: unknown } | undefined>
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
    // Those who come in the same turn of the event loop, from other connections too, go into one write.
    await new Promise((resolve) => setImmediate(resolve))
    for (let next: Batch<Item> | undefined = this.#begin(); next; ) {
      const { batch, outcome } = next
      const failed = await outcome
      // The disk goes on while these are answered.
      next = this.#waiting.length > 0 ? this.#begin() : undefined
      settle(batch, failed)
    }
    this.#writing = undefined
  }

  #begin(): Batch<Item> {
    const batch = this.#waiting.splice(0, this.#most)
    const outcome = this.#write(batch.map(({ item }) => item)).then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    return { batch, outcome }
  }
}

function settle<Item>(batch: readonly Waiting<Item>[], failed: { readonly error: unknown } | undefined): void {
  for (const { resolve, reject } of batch) {
    if (failed) reject(failed.error)
    else resolve()
  }
}
