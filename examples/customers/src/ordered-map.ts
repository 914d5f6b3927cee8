/**
 * Maps with at most `limit` calls under way, and yields the results in the order of the source. When one fails, what is
 * under way is awaited and nothing further is begun.
 */
export async function* orderedMap<From, To>(
  source: AsyncIterable<From>,
  limit: number,
  change: (item: From, index: number) => Promise<To>,
): AsyncGenerator<To> {
  const running: Promise<To>[] = []
  let index = 0
  try {
    for await (const item of source) {
      running.push(observed(change(item, index++)))
      if (running.length >= limit) yield await (running.shift() as Promise<To>)
    }
    while (running.length > 0) yield await (running.shift() as Promise<To>)
  } finally {
    await Promise.allSettled(running)
  }
}

/** A promise that may fail before anybody awaits it is not unhandled. */
function observed<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
