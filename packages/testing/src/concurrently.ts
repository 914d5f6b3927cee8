import { AssertionError } from 'node:assert/strict'

/**
 * Does the work for every item, a few at a time: providers behind a socket are quick then, and no server is flooded.
 * The first failure ends it; its message says which item it was.
 */
export async function forEachConcurrently<Item>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<unknown>,
  width = 8,
): Promise<void> {
  const queue = items.entries()
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) await naming(index, items.length, () => work(item, index))
  }
  await Promise.all(Array.from({ length: width }, worker))
}

async function naming(index: number, count: number, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (cause) {
    const { message } = cause instanceof Error ? cause : new Error('It failed')
    throw Object.assign(new AssertionError({ message: `Number ${index} of ${count}: ${message}` }), { cause })
  }
}
