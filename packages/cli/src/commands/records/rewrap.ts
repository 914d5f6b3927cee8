import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { addRecordOptions, type RecordOptions } from '../../records/record-options.js'
import type { Terminal } from '../../terminal.js'

/** After a rotation: the wrapped key of each row, in the file itself or in another. */
export function rewrapRecordsCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('rewrap').description(text.description)
  return addRecordOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.note))
    .action((path, options) => rewrapRecords(terminal, path, options))
}

async function rewrapRecords(terminal: Terminal, path: string | undefined, options: RecordOptions): Promise<void> {
  const { realpath } = await import('node:fs/promises')
  const { convertRowFile } = await import('../../records/convert-file.js')
  const inPlace = path !== undefined && options.out === undefined
  const target = inPlace ? { out: await realpath(path).catch(() => path), inPlace } : {}
  await convertRowFile(terminal, path, { ...options, ...target }, { command: 'rewrap' })
}

const EXAMPLES = [
  'parasol records rewrap customers.enc.csv -k id -u customer',
  'parasol records rewrap customers.enc.csv -k id -u customer -o renewed.csv',
]

const texts = catalogue(
  {
    description: "renew the wrapped key of each row under its KMS key's newest version; tokens are not touched",
    note: 'Without --out the file itself is changed: whole, or it stays as it was. Safe to repeat.',
  },
  {
    description: '用 KMS 主密钥的最新版本更新每行的绿钥；不改动令牌',
    note: '没有 --out 时更换文件本身：要么整个替换，要么保持原样。可以重复执行。',
  },
)
