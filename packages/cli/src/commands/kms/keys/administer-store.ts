import type { KeyFacts, KeyService } from '@parasol/kms-local'
import { formatFacts, print } from '../../../print.js'
import type { Terminal } from '../../../terminal.js'
import { findStore, rootKeyOf, type StoreOptions } from '../store-options.js'

/** Does something to the keys of a store that nobody serves, which it may make, and prints what became of the key. */
export async function administerStore(
  terminal: Terminal,
  options: StoreOptions,
  work: (service: KeyService) => Promise<KeyFacts>,
  { makesStore = false }: { readonly makesStore?: boolean } = {},
): Promise<void> {
  const { administer } = await import('@parasol/kms-local')
  const store = makesStore
    ? { folder: options.store, rootKey: await rootKeyOf(terminal, options) }
    : await findStore(terminal, options)
  const facts = await administer(store, work)
  print(terminal, options, facts, () => formatKey(terminal, facts))
}

export function formatKey(terminal: Terminal, { tags, ...facts }: KeyFacts): string {
  const pairs = Object.entries(tags).map(([name, value]) => `${name}=${value}`)
  return formatFacts(terminal, { ...facts, tags: pairs.length > 0 ? pairs : undefined })
}
