import { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import { examples } from '../../../examples.js'
import type { Terminal } from '../../../terminal.js'
import { administer } from './administer.js'
import { addKeyOptions, type KeyOptions } from './key-options.js'

interface AliasOptions extends KeyOptions {
  readonly remove?: boolean
}

export function aliasCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('alias')
    .description(text.description)
    .argument('<key>', text.key)
    .argument('<alias>', text.alias)
    .option('--remove', text.remove)
  return addKeyOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((key: string, alias: string, options: AliasOptions) => setAlias(terminal, key, alias, options))
}

function setAlias(terminal: Terminal, key: string, alias: string, options: AliasOptions): Promise<void> {
  return administer(terminal, options, async (keys, call) => {
    const { keyId } = await keys.describe(key, call)
    await (options.remove ? keys.removeAlias(alias, call) : keys.setAlias(keyId, alias, call))
    return keys.describe(keyId, call)
  })
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
