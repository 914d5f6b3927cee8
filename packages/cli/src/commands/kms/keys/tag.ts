import { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import { examples } from '../../../examples.js'
import type { Terminal } from '../../../terminal.js'
import { UsageError } from '../../../usage-error.js'
import { changeKey } from './administer.js'
import { addKeyOptions, type KeyOptions } from './key-options.js'

interface TagOptions extends KeyOptions {
  readonly remove?: boolean
}

export function tagCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('tag')
    .description(text.description)
    .argument('<key>', text.key)
    .argument('<tags...>', text.tags)
    .option('--remove', text.remove)
  return addKeyOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((key: string, tags: readonly string[], options: TagOptions) => tag(terminal, key, tags, options))
}

function tag(terminal: Terminal, key: string, tags: readonly string[], options: TagOptions): Promise<void> {
  if (options.remove) return changeKey(terminal, options, key, (keys, call) => keys.untag(key, tags, call))
  const added = Object.fromEntries(tags.map((text) => parseTag(terminal, text)))
  return changeKey(terminal, options, key, (keys, call) => keys.tag(key, added, call))
}

function parseTag(terminal: Terminal, text: string): [name: string, value: string] {
  const [matched, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (matched === undefined) throw new UsageError(texts(terminal).noTag)
  return [name, value]
}

const EXAMPLES = [
  'parasol kms keys tag alias/app team=payments stage=test',
  'parasol kms keys tag alias/app stage --remove',
]

const texts = catalogue(
  {
    description: 'give a key tags, which policies can ask for, or take some away',
    key: 'an id, alias or ARN',
    tags: 'name=value; with --remove the names alone',
    remove: 'take these tags away',
    noTag: 'Expected name=value as a tag',
  },
  {
    description: '为密钥设置标签（策略可据此判断），或移除标签',
    key: '标识、别名或 ARN',
    tags: '名称=值；与 --remove 同用时只给名称',
    remove: '移除这些标签',
    noTag: '标签应为 名称=值',
  },
)
