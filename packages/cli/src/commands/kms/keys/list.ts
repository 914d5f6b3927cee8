import { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import { examples } from '../../../examples.js'
import { formatTable, print } from '../../../print.js'
import type { Terminal } from '../../../terminal.js'
import { addKeyOptions, type KeyOptions } from './key-options.js'
import { openKeys } from './open-keys.js'

const HEADINGS = ['key', 'aliases', 'state', 'spec', 'versions', 'created'] as const

export function listCommand(terminal: Terminal): Command {
  return addKeyOptions(new Command('list').description(texts(terminal).description), terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((options: KeyOptions) => list(terminal, options))
}

async function list(terminal: Terminal, options: KeyOptions): Promise<void> {
  await using opened = await openKeys(terminal, options)
  const keys = await opened.keys.list({ signal: terminal.signal })
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

const EXAMPLES = [
  'parasol kms keys list',
  'parasol kms keys list --store kms --key-file kms.key --json',
  'parasol kms keys list --config parasol.yaml --kms main',
  'parasol kms keys list --endpoint 127.0.0.1:7600 --access-key kms/access-key.json',
]

const texts = catalogue({ description: 'list the keys, the oldest first' }, { description: '列出密钥，先旧后新' })
