import { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { examples } from '../examples.js'
import { addJsonOption } from '../options.js'
import { type Facts, formatFacts, print } from '../print.js'
import { addFormatOptions, type RecordOptions } from '../records/record-options.js'
import type { Terminal } from '../terminal.js'
import { readTextInput } from '../text-input.js'
import { UsageError } from '../usage-error.js'

interface InspectOptions extends Pick<RecordOptions, 'format' | 'delimiter'> {
  readonly in?: string
  readonly json?: boolean
}

/** What a token, a file or the rows of a file say of themselves to anyone. */
export function inspectCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('inspect')
    .description(text.description)
    .argument('[token]', text.argument)
    .option('-i, --in <file>', text.in)
  return addJsonOption(addFormatOptions(command, terminal), terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((argument, options) => inspect(terminal, argument, options))
}

async function inspect(terminal: Terminal, argument: string | undefined, options: InspectOptions): Promise<void> {
  const { in: path } = options
  if (path !== undefined && argument !== undefined) throw new UsageError(texts(terminal).tokenAndFile)
  const facts = path === undefined ? await ofToken(terminal, argument) : await ofFile(terminal, path, options)
  print(terminal, options, facts, () => formatFacts(terminal, facts))
}

async function ofToken(terminal: Terminal, argument: string | undefined): Promise<Facts> {
  const { tokenFacts } = await import('../inspect/ciphertext-facts.js')
  return tokenFacts(await readTextInput(terminal, argument))
}

async function ofFile(terminal: Terminal, path: string, options: InspectOptions): Promise<Facts> {
  const { isRowFile } = await import('../records/row-input.js')
  if (isRowFile(path, options)) {
    const { rowFacts } = await import('../inspect/row-facts.js')
    return rowFacts(terminal, path, options)
  }
  const { InputFile } = await import('@parasol/core/files')
  const { fileFacts } = await import('../inspect/ciphertext-facts.js')
  await using file = await InputFile.open(path)
  const facts = await fileFacts(file)
  if (facts) return facts
  throw new UsageError(texts(terminal).saysNothing)
}

const EXAMPLES = [
  'parasol inspect enc1.envelope.…',
  'parasol inspect --json --in scan.pdf.enc',
  'parasol inspect --in report.pdf.gpg',
  'parasol inspect --in customers.enc.csv',
]

const texts = catalogue(
  {
    description:
      'show what a token, a file or its rows say of themselves, without a key or a configuration; nothing of it is verified',
    argument: 'the token; or from a pipe',
    in: 'an encrypted file of scheme envelope or gpg, or CSV, NDJSON or JSON with encrypted rows, of any size',
    tokenAndFile: 'Expected a token or --in, not both',
    saysNothing:
      'Not an encrypted file of scheme envelope or gpg: no other says of itself what it is. A token: by a pipe; rows: --format',
  },
  {
    description: '显示令牌、文件或其中各行自述的内容，不需要密钥和配置；内容未经验证',
    argument: '令牌；也可从管道输入',
    in: 'envelope 或 gpg 方案的加密文件，或含加密行的 CSV、NDJSON、JSON，大小不限',
    tokenAndFile: '令牌与 --in 只能给一个',
    saysNothing:
      '不是 envelope 或 gpg 方案的加密文件：其他方案的文件不说明自己是什么。令牌请从管道输入；数据行请用 --format',
  },
)
