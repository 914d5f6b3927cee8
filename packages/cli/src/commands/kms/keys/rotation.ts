import { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import { examples } from '../../../examples.js'
import type { Terminal } from '../../../terminal.js'
import { UsageError } from '../../../usage-error.js'
import { changeKey } from './administer.js'
import { addKeyOptions, type KeyOptions } from './key-options.js'

interface RotationOptions extends KeyOptions {
  readonly every?: string
  readonly never?: boolean
}

export function rotationCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('rotation')
    .description(text.description)
    .argument('<key>', text.key)
    .option('--every <interval>', text.every)
    .option('--never', text.never)
  return addKeyOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((key: string, options: RotationOptions) => setRotation(terminal, key, options))
}

async function setRotation(terminal: Terminal, key: string, options: RotationOptions): Promise<void> {
  const { every, never = false } = options
  if ((every === undefined) !== never) throw new UsageError(texts(terminal).oneOf)
  await changeKey(terminal, options, key, (keys, call) => keys.setRotation(key, every, call))
}

const EXAMPLES = ['parasol kms keys rotation alias/app --every 90d', 'parasol kms keys rotation alias/app --never']

const texts = catalogue(
  {
    description: 'say how often a key gets a new version by itself; old ones go on decrypting',
    key: 'an id, alias or ARN',
    every: '7d to 730d',
    never: 'only when it is told to',
    oneOf: 'Expected --every 90d or --never',
  },
  {
    description: '设置密钥自动轮换的间隔；旧版本仍可解密',
    key: '标识、别名或 ARN',
    every: '7d 至 730d',
    never: '不自动轮换',
    oneOf: '应给出 --every 90d 或 --never',
  },
)
