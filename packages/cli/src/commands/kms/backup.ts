import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { formatFacts, print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { addSealOptions, type SealOptions, sealFor } from './backup-seal.js'
import { addStoreOptions, findStore, type StoreOptions } from './store-options.js'

interface BackupOptions extends StoreOptions, SealOptions {
  readonly out: string
  readonly force?: boolean
  readonly key?: readonly string[]
  readonly salvage?: boolean
}

export function backupCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('backup')
    .description(text.description)
    .requiredOption('-o, --out <file>', text.out)
    .option('-f, --force', text.force)
    .option('--key <key>', text.key, (key: string, former: readonly string[] = []) => [...former, key])
    .option('--salvage', text.salvage)
  return addStoreOptions(addSealOptions(command, terminal), terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((options: BackupOptions) => backup(terminal, options))
}

async function backup(terminal: Terminal, options: BackupOptions): Promise<void> {
  const { backUp } = await import('@parasol/kms-local')
  const { writeFileAtomic } = await import('@parasol/core/files')
  const { out, force = false, key, salvage = false } = options
  const store = await findStore(terminal, options)
  const seal = await sealFor(terminal, options)
  const { file, ...counts } = await backUp({ ...store, seal, salvage, ...(key ? { keys: key } : {}) })
  await writeFileAtomic(out, file, { overwrite: force })
  const facts = { file: out, ...counts }
  print(terminal, options, facts, () => formatFacts(terminal, facts))
}

const EXAMPLES = [
  'parasol kms backup --out kms-2030-01-31.backup',
  'parasol kms backup --recipient wang.asc --recipient li.asc --sign-with ops.key --out kms.backup.pgp',
  'parasol kms backup --key alias/app --out app.backup --json',
]

const texts = catalogue(
  {
    description: 'seal a copy of the store, or of some keys, to a passphrase or to OpenPGP recipients',
    out: 'the file to write, whole or not at all',
    force: 'replace the file to write if it exists',
    key: 'an id or alias of a key to take, with its aliases, and nothing else; repeatable',
    salvage: 'take what is sound of a damaged store',
    after: 'The store may be served meanwhile. Then prove it: parasol kms drill kms-2030-01-31.backup',
  },
  {
    description: '封存整个存储或部分密钥的副本，用口令或交给 OpenPGP 收件人',
    out: '要写入的文件；要么写完整，要么不写',
    force: '要写入的文件已存在时替换它',
    key: '只取此密钥（标识或别名）及其别名；可重复',
    salvage: '从损坏的存储中取出完好的部分',
    after: '期间存储可照常提供服务。随后请演练：parasol kms drill kms-2030-01-31.backup',
  },
)
