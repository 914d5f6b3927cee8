import { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { examples } from '../examples.js'
import { addJsonOption } from '../options.js'
import { type Facts, formatFacts, print } from '../print.js'
import type { Terminal } from '../terminal.js'
import { readTextInput } from '../text-input.js'
import { UsageError } from '../usage-error.js'

interface InspectOptions {
  readonly in?: string
  readonly json?: boolean
}

/** What a token or a file says of itself to anyone. */
export function inspectCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('inspect')
    .description(text.description)
    .argument('[token]', text.argument)
    .option('-i, --in <file>', text.in)
  return addJsonOption(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((argument, options) => inspect(terminal, argument, options))
}

async function inspect(terminal: Terminal, argument: string | undefined, options: InspectOptions): Promise<void> {
  const { in: path } = options
  if (path !== undefined && argument !== undefined) throw new UsageError(texts(terminal).tokenAndFile)
  const facts =
    path === undefined ? await tokenFacts(await readTextInput(terminal, argument)) : await fileFacts(terminal, path)
  print(terminal, options, facts, () => formatFacts(terminal, facts))
}

async function tokenFacts(token: string): Promise<Facts> {
  const { parseToken } = await import('@parasol/core')
  const { scheme, ciphertext } = parseToken(token)
  return { scheme, ciphertextBytes: ciphertext.length, ...(await envelopeFacts(ciphertext, ciphertext.length)) }
}

/** A file does not name its scheme. Those of this one say what they are; no more of it is read than its head can have. */
async function fileFacts(terminal: Terminal, path: string): Promise<Facts> {
  const { InputFile } = await import('@parasol/core/files')
  const { MAX_HEAD_BYTES } = await import('@parasol/backend-envelope')
  await using file = await InputFile.open(path)
  const facts = await envelopeFacts(await file.read(0, MAX_HEAD_BYTES), file.size)
  if (facts) return { scheme: 'envelope', ciphertextBytes: file.size, ...facts }
  throw new UsageError(texts(terminal).notEnvelope)
}

/** A scheme may have any name: what the bytes are, their head says. Undefined if it says nothing. */
async function envelopeFacts(head: Uint8Array, size: number): Promise<Facts | undefined> {
  const { CryptoError } = await import('@parasol/core')
  const { inspectEnvelope } = await import('@parasol/backend-envelope')
  try {
    const { suite, wrappedKeys, greenKeyBytes: wrappedKeyBytes } = inspectEnvelope(head)
    const keyIds = wrappedKeys.map(({ keyId }) => keyId)
    return { suite, keyIds, wrappedKeyBytes, bodyBytes: size - wrappedKeyBytes }
  } catch (error) {
    if (CryptoError.is(error) && error.code === 'INVALID_INPUT') return undefined
    throw error
  }
}

const EXAMPLES = [
  'parasol inspect enc1.envelope.…',
  'parasol inspect --json enc1.envelope.…',
  'parasol inspect --in scan.pdf.enc',
]

const texts = catalogue(
  {
    description:
      'show what a token or a file says of itself, without a key and without a configuration; nothing of it is verified',
    argument: 'the token; or from a pipe',
    in: 'an encrypted file of scheme envelope, of any size',
    tokenAndFile: 'Expected a token or --in, not both',
    notEnvelope: 'Not an encrypted file of scheme envelope: no other says of itself what it is. A token: by a pipe',
  },
  {
    description: '显示令牌或文件自述的内容，不需要密钥和配置；内容未经验证',
    argument: '令牌；也可从管道输入',
    in: 'envelope 方案的加密文件，大小不限',
    tokenAndFile: '令牌与 --in 只能给一个',
    notEnvelope: '不是 envelope 方案的加密文件：其他方案的文件不说明自己是什么。令牌请从管道输入',
  },
)
