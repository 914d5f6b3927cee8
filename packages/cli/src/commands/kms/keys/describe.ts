import { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import { examples } from '../../../examples.js'
import type { Terminal } from '../../../terminal.js'
import { administer } from './administer.js'
import { addKeyOptions, type KeyOptions } from './key-options.js'

export function describeCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('describe').description(text.description).argument('<key>', text.key)
  return addKeyOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((key: string, options: KeyOptions) =>
      administer(terminal, options, (keys, call) => keys.describe(key, call)),
    )
}

const EXAMPLES = ['parasol kms keys describe alias/app', 'parasol kms keys describe alias/app --json']

const texts = catalogue(
  { description: 'show what is known of a key', key: 'an id, alias or ARN' },
  { description: '显示密钥的信息', key: '标识、别名或 ARN' },
)
