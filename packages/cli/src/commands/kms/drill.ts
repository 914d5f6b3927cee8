import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { addJsonOption } from '../../options.js'
import { formatFacts, print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { addOpenOptions, type OpenOptions, readWhole, sealOf } from './backup-seal.js'

interface DrillOptions extends OpenOptions {
  readonly json?: boolean
}

export function drillCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('drill').description(text.description).argument('<file>', text.file)
  return addJsonOption(addOpenOptions(command, terminal), terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((path: string, options: DrillOptions) => drillBackup(terminal, path, options))
}

async function drillBackup(terminal: Terminal, path: string, options: DrillOptions): Promise<void> {
  const { CryptoError } = await import('@parasol/core')
  const { drill } = await import('@parasol/kms-local')
  const file = await readWhole(path)
  const report = await drill(file, await sealOf(terminal, file, options))
  print(terminal, options, report, () => formatFacts(terminal, { ...report }))
  const [failure] = report.failed
  if (failure) throw new CryptoError('STORE_DAMAGED', texts(terminal).failed(report.failed.length, failure))
}

const EXAMPLES = [
  'parasol kms drill kms-2030-01-31.backup',
  'parasol kms drill kms.backup.pgp --decrypt-with wang.key --signed-by ops.asc --json',
]

const texts = catalogue(
  {
    description: 'prove that a backup opens, and that every key in it decrypts what it encrypted',
    file: 'the backup',
    after: 'It needs no store, and leaves nothing behind. Ends with 5 if anything of the backup fails.',
    failed: (count: number, first: string) => `${count} parts of the backup fail; the first: ${first}`,
  },
  {
    description: '演练：证明备份能打开，且其中每个密钥都能解密其加密过的内容',
    file: '备份文件',
    after: '不需要存储，也不留下任何东西。备份有任何问题则以 5 结束。',
    failed: (count, first) => `备份有 ${count} 处失败，第一处：${first}`,
  },
)
