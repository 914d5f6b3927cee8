import { CryptoError, throwIfAborted } from './errors.js'
import type { CallOptions } from './provider.js'

/** What came of one item of a batch. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: CryptoError }

export interface ManyOptions extends CallOptions {
  /** How many items are worked on at once; 16 by default. */
  readonly concurrency?: number
}

/**
 * Does the work for every item, a few at a time, and says what came of each, in the order of the items. After an abort
 * the rest is not begun, and fails with ABORTED.
 *
 * @throws CryptoError INVALID_INPUT unless `concurrency` is a whole number from 1
 */
export async function settleMany<Item, Result>(
  items: readonly Item[],
  work: (item: Item, options: CallOptions) => Promise<Result>,
  { concurrency = 16, ...options }: ManyOptions = {},
): Promise<Outcome<Result>[]> {
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new CryptoError('INVALID_INPUT', `Concurrency of ${concurrency}: a whole number from 1 is taken`)
  }
  const outcomes: Outcome<Result>[] = []
  // The workers share one iterator, so that each item is taken once.
  const queue = [...items].entries()
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) outcomes[index] = await settle(() => work(item, options), options.signal)
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker))
  return outcomes
}

async function settle<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<Outcome<T>> {
  try {
    throwIfAborted(signal)
    return { ok: true, value: await work() }
  } catch (cause) {
    const error = CryptoError.is(cause) ? cause : new CryptoError('INVALID_INPUT', 'The item cannot be read', { cause })
    return { ok: false, error }
  }
}
