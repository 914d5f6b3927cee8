import { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { examples } from '../examples.js'
import type { OpenpgpOptions } from '../inspect/openpgp-facts.js'
import { type Facts, formatFacts, print } from '../print.js'
import { addFormatOptions, type RecordOptions } from '../records/record-options.js'
import type { Terminal } from '../terminal.js'
import { readTextInput } from '../text-input.js'
import { UsageError } from '../usage-error.js'
import { addPassphraseOptions } from './gpg/ring-options.js'

interface InspectOptions extends Pick<RecordOptions, 'format' | 'delimiter'>, OpenpgpOptions {
  readonly in?: string
}

/** What a token, a file or the rows of a file say of themselves to anyone. */
export function inspectCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('inspect')
    .description(text.description)
    .argument('[token]', text.argument)
    .option('-i, --in <file>', text.in)
    .option('--decrypt', text.decrypt)
  return addPassphraseOptions(addFormatOptions(command, terminal), terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((argument, options) => inspect(terminal, argument, options))
}

async function inspect(terminal: Terminal, argument: string | undefined, options: InspectOptions): Promise<void> {
  const { in: path } = options
  if (path !== undefined && argument !== undefined) throw new UsageError(texts(terminal).tokenAndFile)
  const facts = path === undefined ? await ofText(terminal, argument, options) : await ofFile(terminal, path, options)
  if (options.decrypt && facts['signers'] === undefined) throw new UsageError(texts(terminal).noMessage)
  const { openpgpText } = await import('../inspect/openpgp-facts.js')
  print(terminal, options, facts, () => formatFacts(terminal, openpgpText(terminal, facts)))
}

async function ofText(terminal: Terminal, argument: string | undefined, options: InspectOptions): Promise<Facts> {
  const { textFacts } = await import('../inspect/ciphertext-facts.js')
  return textFacts(terminal, await readTextInput(terminal, argument), options)
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
  const facts = await fileFacts(terminal, file, options)
  if (facts) return facts
  throw new UsageError(texts(terminal).saysNothing)
}

const EXAMPLES = [
  'parasol inspect enc1.envelope.…',
  'parasol inspect --json --in scan.pdf.enc',
  'parasol inspect --in report.pdf.gpg',
  'parasol inspect --in report.pdf.gpg --decrypt --ring gpg',
  'parasol inspect --in customers.enc.csv',
]

const texts = catalogue(
  {
    description: `show what a token, a file, an OpenPGP signature or the rows of a file say of themselves, without a key or a
configuration. Nothing of it is verified, and names beside the ids of keys are those of the ring`,
    argument: 'the token, or armored text; or from a pipe',
    in: 'an encrypted file of scheme envelope, OpenPGP of any kind, or CSV, NDJSON or JSON with encrypted rows',
    decrypt:
      'open an OpenPGP message, with a secret key of the ring, to show who signed it; nothing else of it is shown',
    noMessage: '--decrypt is for OpenPGP messages, whose signers are encrypted: this is none',
    tokenAndFile: 'Expected a token or --in, not both',
    saysNothing:
      'Not an encrypted file of scheme envelope or gpg, or signed by OpenPGP: no other says of itself what it is. A token: by a pipe; rows: --format',
  },
  {
    description: `显示令牌、文件、OpenPGP 签名或文件各行自述的内容，不需要密钥和配置。内容未经验证；密钥标识旁的名字来自钥匙环`,
    argument: '令牌或文本形式的 OpenPGP；也可从管道输入',
    in: 'envelope 方案的加密文件、任何 OpenPGP 文件，或含加密行的 CSV、NDJSON、JSON',
    decrypt: '用钥匙环中的私钥打开 OpenPGP 消息，以显示签名者；不显示其他内容',
    noMessage: '--decrypt 用于签名者被加密的 OpenPGP 消息：这不是',
    tokenAndFile: '令牌与 --in 只能给一个',
    saysNothing:
      '不是 envelope 或 gpg 方案的加密文件，也没有 OpenPGP 签名：其他方案的文件不说明自己是什么。令牌请从管道输入；数据行请用 --format',
  },
)
