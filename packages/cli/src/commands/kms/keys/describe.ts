import { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import { examples } from '../../../examples.js'
import type { Terminal } from '../../../terminal.js'
import { addStoreOptions, type StoreOptions } from '../store-options.js'
import { administerStore } from './administer-store.js'

export function describeCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('describe').description(text.description).argument('<key>', text.key)
  return addStoreOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action(async (key: string, options: StoreOptions) => {
      const { describeKeyFacts } = await import('@parasol/kms-local')
      await administerStore(terminal, options, async (service) => describeKeyFacts(service, key))
    })
}

const EXAMPLES = ['parasol kms keys describe alias/app', 'parasol kms keys describe alias/app --json']

const texts = catalogue(
  { description: 'show what is known of a key', key: 'an id, alias or ARN' },
  { description: '显示密钥的信息', key: '标识、别名或 ARN' },
)
