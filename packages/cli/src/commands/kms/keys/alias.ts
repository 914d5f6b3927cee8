import type { KeyService } from '@parasol/kms-local'
import { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import { examples } from '../../../examples.js'
import type { Terminal } from '../../../terminal.js'
import { addStoreOptions, type StoreOptions } from '../store-options.js'
import { administerStore } from './administer-store.js'

interface AliasOptions extends StoreOptions {
  readonly remove?: boolean
}

export function aliasCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('alias')
    .description(text.description)
    .argument('<key>', text.key)
    .argument('<alias>', text.alias)
    .option('--remove', text.remove)
  return addStoreOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((key: string, alias: string, options: AliasOptions) => setAlias(terminal, key, alias, options))
}

async function setAlias(terminal: Terminal, key: string, alias: string, options: AliasOptions): Promise<void> {
  const { describeKeyFacts } = await import('@parasol/kms-local')
  await administerStore(terminal, options, async (service) => {
    const { keyId } = describeKeyFacts(service, key)
    await changeAlias(service, keyId, alias, options.remove ?? false)
    return describeKeyFacts(service, keyId)
  })
}

function changeAlias(service: KeyService, keyId: string, alias: string, remove: boolean): Promise<void> {
  if (remove) return service.deleteAlias(alias)
  const exists = service.aliases.some(({ name }) => name === alias)
  return exists ? service.updateAlias(alias, keyId) : service.createAlias(alias, keyId)
}

const EXAMPLES = [
  'parasol kms keys alias 0b30658a-ed1a-4922-b8f7-a673ca9c0001 alias/app',
  'parasol kms keys alias alias/app alias/old-name --remove',
]

const texts = catalogue(
  {
    description: 'give a key a name, or take one away; a name that another key has moves to this one',
    key: 'the id of the key, or another name of it',
    alias: 'the name, such as alias/app',
    remove: 'take the name away',
  },
  {
    description: '为密钥设置或移除别名；已属于其他密钥的别名会移到此密钥',
    key: '密钥的标识，或它的另一个别名',
    alias: '别名，如 alias/app',
    remove: '移除该别名',
  },
)
