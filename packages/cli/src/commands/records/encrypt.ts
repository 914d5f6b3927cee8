import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { addRecordOptions, listOf, type RecordOptions } from '../../records/record-options.js'
import type { Terminal } from '../../terminal.js'

interface EncryptRecordsOptions extends RecordOptions {
  readonly fields: readonly string[]
}

/** Fields of rows to tokens, with one wrapped key a row. */
export function encryptRecordsCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('encrypt')
    .description(text.description)
    .requiredOption('-F, --fields <names>', text.fields, listOf(terminal))
  return addRecordOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.note))
    .action((path, options) => encryptRecords(terminal, path, options))
}

async function encryptRecords(
  terminal: Terminal,
  path: string | undefined,
  options: EncryptRecordsOptions,
): Promise<void> {
  const { convertRowFile } = await import('../../records/convert-file.js')
  const { fields, contextColumns: bound = [] } = options
  await convertRowFile(terminal, path, options, { command: 'encrypt', fields, bound })
}

const EXAMPLES = [
  'parasol records encrypt customers.csv -F phone,idCard -k id -u customer -o customers.enc.csv',
  'parasol records encrypt customers.csv -F phone -k customerId=id -u customer -o out.csv --on-error skip --report failed.ndjson',
  'cat events.ndjson | parasol records encrypt -F phone -k userId -u customer > events.enc.ndjson',
]

const texts = catalogue(
  {
    description: 'encrypt fields of each row; the wrapped key of a row becomes its field kms_encrypt_key',
    fields: 'the columns, or the members of the objects, to encrypt: phone,idCard',
    note: `All else keeps its bytes, and empty values stay empty. A run that was stopped, even by kill -9, is gone on with when it
is started again: what is done lies in the folder .<name>.parasol beside the file to write.`,
  },
  {
    description: '加密每行的字段；每行的绿钥写入字段 kms_encrypt_key',
    fields: '要加密的列或对象成员：phone,idCard',
    note: `其余内容逐字节不变，空值保持为空。中断的任务（包括 kill -9）再次执行时会继续：已完成的部分在目标文件旁的
.<名称>.parasol 文件夹中。`,
  },
)
