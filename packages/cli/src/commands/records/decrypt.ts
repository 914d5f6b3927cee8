import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { addRecordOptions, type RecordOptions } from '../../records/record-options.js'
import type { Terminal } from '../../terminal.js'

/** Tokens of rows to texts. */
export function decryptRecordsCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('decrypt').description(text.description)
  return addRecordOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.note))
    .action((path, options) => decryptRecords(terminal, path, options))
}

async function decryptRecords(terminal: Terminal, path: string | undefined, options: RecordOptions): Promise<void> {
  const { convertRowFile } = await import('../../records/convert-file.js')
  await convertRowFile(terminal, path, options, { command: 'decrypt' })
}

const EXAMPLES = [
  'parasol records decrypt customers.enc.csv -k id -u customer -o customers.csv',
  'parasol records decrypt events.enc.ndjson -k userId -u customer | head',
]

const texts = catalogue(
  {
    description: 'decrypt every token of each row, and take its wrapped key away',
    note: 'Which fields are encrypted, and by which scheme, the rows say themselves. The context is what they were bound to.',
  },
  {
    description: '解密每行的所有令牌，并去掉绿钥',
    note: '哪些字段已加密、用什么方案，行中自有说明。上下文就是加密时绑定的内容。',
  },
)
