import { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import { examples } from '../../../examples.js'
import type { Terminal } from '../../../terminal.js'
import { administer } from './administer.js'
import { addKeyOptions, type KeyOptions } from './key-options.js'

export interface NewKeyOptions extends KeyOptions {
  readonly alias?: string
  readonly description?: string
  readonly spec?: string
  readonly rotation?: string
}

export function createCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('create')
    .description(text.description)
    .option('--alias <alias>', text.alias)
    .option('--description <text>', text.about)
    .option('--spec <spec>', text.spec)
    .option('--rotation <interval>', text.rotation)
  return addKeyOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action(({ alias, description, spec, rotation, ...options }: NewKeyOptions) => {
      const details = { alias, description, spec, rotation }
      return administer(terminal, options, (keys, call) => keys.create(details, call), { makesStore: true })
    })
}

const EXAMPLES = [
  'parasol kms keys create --alias alias/app --rotation 90d',
  'parasol kms keys create --alias alias/sign --spec EC_P256 --json',
]

const texts = catalogue(
  {
    description: 'make a key, and the store if there is none',
    alias: 'a name for it, such as alias/app',
    about: 'what it is for, in words',
    spec: 'Aliyun_AES_256 by default; docs/local-kms.md lists them',
    rotation: 'how often a new version is made by itself, 7d to 730d; by default never',
  },
  {
    description: '生成密钥；没有存储则建立',
    alias: '密钥的别名，如 alias/app',
    about: '用途说明',
    spec: '规格，默认 Aliyun_AES_256；全部见 docs/local-kms.md',
    rotation: '自动轮换的间隔，7d 至 730d；默认不轮换',
  },
)
