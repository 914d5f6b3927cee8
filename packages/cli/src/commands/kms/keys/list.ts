import { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import { examples } from '../../../examples.js'
import { formatTable, print } from '../../../print.js'
import type { Terminal } from '../../../terminal.js'
import { addStoreOptions, findStore, type StoreOptions } from '../store-options.js'

const HEADINGS = ['key', 'aliases', 'state', 'spec', 'versions', 'created'] as const

export function listCommand(terminal: Terminal): Command {
  return addStoreOptions(new Command('list').description(texts(terminal).description), terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((options: StoreOptions) => list(terminal, options))
}

async function list(terminal: Terminal, options: StoreOptions): Promise<void> {
  const { administer, listKeyFacts } = await import('@parasol/kms-local')
  const keys = await administer(await findStore(terminal, options), listKeyFacts)
  const rows = keys.map(({ keyId, aliases, state, spec, versions, created }) => [
    keyId,
    aliases,
    state,
    spec,
    versions,
    created,
  ])
  print(terminal, options, { keys }, () => formatTable(terminal, HEADINGS, rows))
}

const EXAMPLES = ['parasol kms keys list', 'parasol kms keys list --store kms --key-file kms.key --json']

const texts = catalogue({ description: 'list the keys, the oldest first' }, { description: '列出密钥，先旧后新' })
