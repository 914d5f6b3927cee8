import { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import { examples } from '../../../examples.js'
import { formatTable, print } from '../../../print.js'
import type { Terminal } from '../../../terminal.js'
import { addStoreOptions, findStore, type StoreOptions } from '../store-options.js'

const HEADINGS = ['type', 'name', 'policies', 'trusts'] as const

export function listCommand(terminal: Terminal): Command {
  return addStoreOptions(new Command('list').description(texts(terminal).description), terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((options: StoreOptions) => list(terminal, options))
}

async function list(terminal: Terminal, options: StoreOptions): Promise<void> {
  const { administer, listPrincipals } = await import('@parasol/kms-local')
  const result = await administer(await findStore(terminal, options), (service) => ({
    accessKeys: service.accessKeyIds,
    principals: listPrincipals(service),
  }))
  const rows = [
    ...result.accessKeys.map((id) => ['access key', id, '', '']),
    ...result.principals.map(({ type, name, policies, trusted = [] }) => [
      type,
      name,
      policies.map((policy) => policy || texts(terminal).own),
      trusted,
    ]),
  ]
  print(terminal, options, result, () => formatTable(terminal, HEADINGS, rows))
}

const EXAMPLES = ['parasol kms access list', 'parasol kms access list --store kms --json']

const texts = catalogue(
  { description: 'list access keys, users and roles', own: 'of its own' },
  { description: '列出访问密钥、用户和角色', own: '自定义策略' },
)
