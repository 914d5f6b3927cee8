import { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import { examples } from '../../../examples.js'
import { readWhole } from '../../../read-whole.js'
import type { Terminal } from '../../../terminal.js'
import { administer } from './administer.js'
import type { NewKeyOptions } from './create.js'
import { addKeyOptions } from './key-options.js'

export function importCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('import')
    .description(text.description)
    .argument('<file>', text.file)
    .option('--alias <alias>', text.alias)
    .option('--description <text>', text.about)
    .option('--spec <spec>', text.spec)
  return addKeyOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((file: string, options: NewKeyOptions) => importKey(terminal, file, options))
}

async function importKey(terminal: Terminal, file: string, options: NewKeyOptions): Promise<void> {
  const { alias, description, spec } = options
  const material = await readWhole(file)
  try {
    const details = { alias, description, spec, material }
    await administer(terminal, options, (keys, call) => keys.create(details, call), { makesStore: true })
  } finally {
    material.fill(0)
  }
}

const EXAMPLES = ['parasol kms keys import material.bin --alias alias/app']

const texts = catalogue(
  {
    description: 'make a key of material that was made elsewhere',
    file: 'the material: 32 bytes for Aliyun_AES_256, 16 for Aliyun_SM4',
    alias: 'a name for it, such as alias/app',
    about: 'what it is for, in words',
    spec: 'Aliyun_AES_256 by default; symmetric ones only',
    after: 'The file is left as it is: destroy it when the key was backed up.',
  },
  {
    description: '用外部生成的密钥材料建立密钥',
    file: '密钥材料：Aliyun_AES_256 为 32 字节，Aliyun_SM4 为 16 字节',
    alias: '密钥的别名，如 alias/app',
    about: '用途说明',
    spec: '规格，默认 Aliyun_AES_256；仅限对称密钥',
    after: '文件保持原样：密钥备份之后请销毁它。',
  },
)
