import type { CallOptions, KeyAdministration, KeyFacts } from '@parasol/core'
import { formatFacts, print } from '../../../print.js'
import type { Terminal } from '../../../terminal.js'
import type { KeyOptions } from './key-options.js'
import { openKeys } from './open-keys.js'

/** Does something to the keys that are meant, and prints what became of the key. */
export async function administer(
  terminal: Terminal,
  options: KeyOptions,
  work: (keys: KeyAdministration, call: CallOptions) => Promise<KeyFacts>,
  { makesStore = false }: { readonly makesStore?: boolean } = {},
): Promise<void> {
  await using opened = await openKeys(terminal, options, { makesStore })
  const facts = await work(opened.keys, { signal: terminal.signal })
  print(terminal, options, facts, () => formatKey(terminal, facts))
}

/** Changes the key and then looks at it. */
export function changeKey(
  terminal: Terminal,
  options: KeyOptions,
  key: string,
  change: (keys: KeyAdministration, call: CallOptions) => Promise<void>,
): Promise<void> {
  return administer(terminal, options, async (keys, call) => {
    await change(keys, call)
    return keys.describe(key, call)
  })
}

function formatKey(terminal: Terminal, { tags, ...facts }: KeyFacts): string {
  const pairs = Object.entries(tags).map(([name, value]) => `${name}=${value}`)
  return formatFacts(terminal, { ...facts, tags: pairs.length > 0 ? pairs : undefined })
}
