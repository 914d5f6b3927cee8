/**
 * Does the work for every item, a few at a time: providers behind a socket are quick then, and no server is flooded.
 * The first failure ends it.
 */
export async function forEachConcurrently<Item>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<unknown>,
  width = 8,
): Promise<void> {
  const queue = items.entries()
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) await work(item, index)
  }
  await Promise.all(Array.from({ length: width }, worker))
}
