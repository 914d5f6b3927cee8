import type { RestoreReport } from '@parasol/kms-local'
import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { formatFacts, print } from '../../print.js'
import { readWhole } from '../../read-whole.js'
import type { Terminal } from '../../terminal.js'
import { addOpenOptions, type OpenOptions, sealOf } from './backup-seal.js'
import { addStoreOptions, rootKeyOf, type StoreOptions } from './store-options.js'

interface RestoreOptions extends StoreOptions, OpenOptions {
  readonly overwrite?: boolean
}

export function restoreCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('restore')
    .description(text.description)
    .argument('<file>', text.file)
    .option('--overwrite', text.overwrite)
  return addStoreOptions(addOpenOptions(command, terminal), terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((path: string, options: RestoreOptions) => restoreInto(terminal, path, options))
}

async function restoreInto(terminal: Terminal, path: string, options: RestoreOptions): Promise<void> {
  const { drill, KeyStore, restore } = await import('@parasol/kms-local')
  const file = await readWhole(path)
  const seal = await sealOf(terminal, file, options)
  // What does not open makes no store.
  await drill(file, seal)
  const rootKey = await rootKeyOf(terminal, options)
  await using store = await KeyStore.open({ folder: options.store, rootKey })
  const report = await restore(store, file, seal, { overwrite: options.overwrite ?? false })
  print(terminal, options, report, () => formatReport(terminal, report))
}

function formatReport(terminal: Terminal, { restored, same, replaced, kept, created }: RestoreReport): string {
  const counts = { created, restored: restored.length, same: same.length, replaced, kept }
  return formatFacts(terminal, counts)
}

const EXAMPLES = [
  'parasol kms restore kms-2030-01-31.backup --store kms-new --key-file kms-new.key',
  'parasol kms restore kms.backup.pgp --decrypt-with wang.key --signed-by ops.asc --json',
]

const texts = catalogue(
  {
    description: 'put what is missing of a backup into a store, new or not, and report what differs',
    file: 'the backup',
    overwrite: 'replace what differs, but for keys with versions that the backup lacks',
    after: 'It may be repeated after a stop. A damaged store is left as it is: restore into a new folder.',
  },
  {
    description: '把备份中缺失的内容恢复到新的或已有的存储，并报告不同之处',
    file: '备份文件',
    overwrite: '替换不同之处；若密钥有备份所缺的版本则不替换',
    after: '中断后可重复执行。损坏的存储保持原样：请恢复到新的文件夹。',
  },
)
