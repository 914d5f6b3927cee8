import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { Incomplete } from '../../incomplete.js'
import { addJsonOption } from '../../options.js'
import { formatFacts, print } from '../../print.js'
import { readWhole } from '../../read-whole.js'
import type { Terminal } from '../../terminal.js'
import { addOpenOptions, type OpenOptions, sealOf } from './backup-seal.js'
import { findStore } from './store-options.js'

interface DrillOptions extends OpenOptions {
  readonly against?: string
  readonly keyFile?: string
  readonly json?: boolean
}

export function drillCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('drill')
    .description(text.description)
    .argument('<file>', text.file)
    .option('--against <folder>', text.against)
    .option('--key-file <file>', text.keyFile)
  return addJsonOption(addOpenOptions(command, terminal), terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((path: string, options: DrillOptions) => drillBackup(terminal, path, options))
}

async function drillBackup(terminal: Terminal, path: string, options: DrillOptions): Promise<void> {
  const { CryptoError } = await import('@parasol/core')
  const { drill } = await import('@parasol/kms-local')
  const file = await readWhole(path)
  const { against: folder, keyFile } = options
  const named = keyFile === undefined ? {} : { keyFile }
  const against = folder === undefined ? undefined : await findStore(terminal, { store: folder, ...named })
  const report = await drill(file, await sealOf(terminal, file, options), { against })
  const { store, ...facts } = report
  print(terminal, options, report, () => formatFacts(terminal, { ...facts, ...store }))
  const [failure] = report.failed
  if (failure) throw new CryptoError('STORE_DAMAGED', texts(terminal).failed(report.failed.length, failure))
  const behind = [...(store?.missing ?? []), ...(store?.changed ?? [])]
  const [first] = behind
  if (first !== undefined) throw new Incomplete('CHECKS_FAILED', texts(terminal).older(behind.length, first))
}

const EXAMPLES = [
  'parasol kms drill kms-2030-01-31.backup',
  'parasol kms drill kms-2030-01-31.backup --against kms --json',
  'parasol kms drill kms.backup.pgp --decrypt-with wang.key --signed-by ops.asc --json',
]

const texts = catalogue(
  {
    description: 'prove that a backup opens, and that every key in it decrypts what it encrypted',
    file: 'the backup',
    against: 'the folder of a store, served or not: say what of it the backup lacks, what has changed and what is gone',
    keyFile: 'what opens that store; else as for other commands on a store',
    after:
      'It needs no store, and leaves nothing behind. Ends with 5 if anything of the backup fails, and with 8 if the store has what the backup lacks, or has it otherwise: make a new one.',
    older: (count: number, first: string) =>
      `The backup is older than the store by ${count} parts; the first: ${first}. Make a new one by parasol kms backup`,
    failed: (count: number, first: string) => `${count} parts of the backup fail; the first: ${first}`,
  },
  {
    description: '演练：证明备份能打开，且其中每个密钥都能解密其加密过的内容',
    file: '备份文件',
    against: '存储所在的文件夹（无论是否在提供服务）：说明备份缺少什么、什么已更改、什么已不在',
    keyFile: '打开该存储的密钥文件；否则同其他对存储的命令',
    after:
      '不需要存储，也不留下任何东西。备份有任何问题则以 5 结束；存储中有备份缺少或不同的内容则以 8 结束：请重新备份。',
    older: (count, first) => `备份比存储旧 ${count} 处，第一处：${first}。请用 parasol kms backup 重新备份`,
    failed: (count, first) => `备份有 ${count} 处失败，第一处：${first}`,
  },
)
