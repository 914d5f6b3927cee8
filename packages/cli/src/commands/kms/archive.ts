import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { formatFacts, print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { addSealOptions, type SealOptions, sealFor } from './backup-seal.js'
import { addStoreOptions, findStore, type StoreOptions } from './store-options.js'

interface ArchiveOptions extends StoreOptions, SealOptions {
  readonly out: string
}

export function archiveCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('archive')
    .description(text.description)
    .argument('<key-id>', text.keyId)
    .requiredOption('-o, --out <file>', text.out)
  return addStoreOptions(addSealOptions(command, terminal), terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((keyId: string, options: ArchiveOptions) => archiveKey(terminal, keyId, options))
}

async function archiveKey(terminal: Terminal, keyId: string, options: ArchiveOptions): Promise<void> {
  const { archive, KeyStore } = await import('@parasol/kms-local')
  const source = await findStore(terminal, options)
  const seal = await sealFor(terminal, options)
  await using store = await KeyStore.open(source)
  const { versions } = await archive(store, { ...source, seal, keyId, to: options.out })
  const facts = { archived: keyId, versions, file: options.out }
  print(terminal, options, facts, () => formatFacts(terminal, facts))
}

const EXAMPLES = ['parasol kms archive 0b30658a-ed1a-4922-b8f7-a673ca9c0001 --out 2029.archive']

const texts = catalogue(
  {
    description: 'move a disabled key out of the store into a sealed file; restore brings it back',
    keyId: 'the id of the key',
    out: 'the file to write; never one that exists',
    after: 'The key is destroyed in the store when the file was written and proved to open.',
  },
  {
    description: '把已停用的密钥移出存储，封存到文件；restore 可恢复',
    keyId: '密钥的标识',
    out: '要写入的文件；不得已存在',
    after: '文件写出并证明能打开之后，存储中的密钥才被销毁。',
  },
)
