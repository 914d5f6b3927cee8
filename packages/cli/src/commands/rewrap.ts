import { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { examples } from '../examples.js'
import { addContextOptions, addJsonOption, type ContextOptions, contextOf, withCipher } from '../options.js'
import { print } from '../print.js'
import type { Terminal } from '../terminal.js'
import { readTextInput } from '../text-input.js'
import { UsageError } from '../usage-error.js'

interface RewrapOptions extends ContextOptions {
  readonly in?: string
  readonly scheme?: string
  readonly json?: boolean
}

/** After a rotation: a token to a token on the standard output, or a file in its place. */
export function rewrapCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('rewrap').description(text.description).argument('[token]', text.argument)
  addContextOptions(command, terminal).option('-i, --in <file>', text.in).option('--scheme <name>', text.scheme)
  return addJsonOption(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.note))
    .action((argument, options) => rewrap(terminal, argument, options))
}

async function rewrap(terminal: Terminal, argument: string | undefined, options: RewrapOptions): Promise<void> {
  const { in: path } = options
  if (path !== undefined && argument !== undefined) throw new UsageError(texts(terminal).tokenAndFile)
  if (path !== undefined) {
    await rewrapInPlace(terminal, path, options)
    return print(terminal, options, { file: path }, () => '')
  }
  const token = await rewrapToken(terminal, argument, options)
  print(terminal, options, { token }, () => `${token}\n`)
}

async function rewrapToken(terminal: Terminal, argument: string | undefined, options: RewrapOptions): Promise<string> {
  const context = contextOf(terminal, options)
  if (options.scheme !== undefined) throw new UsageError(texts(terminal).schemeOfToken)
  const token = await readTextInput(terminal, argument)
  return withCipher(terminal, options, (cipher) => cipher.rewrap(token, context, { signal: terminal.signal }))
}

async function rewrapInPlace(terminal: Terminal, path: string, options: RewrapOptions): Promise<void> {
  const context = contextOf(terminal, options)
  const { rewrapFile } = await import('@parasol/core/files')
  const scheme = options.scheme === undefined ? {} : { scheme: options.scheme }
  await withCipher(terminal, options, (cipher) =>
    rewrapFile(cipher, path, context, { signal: terminal.signal, ...scheme }),
  )
}

const EXAMPLES = [
  'parasol rewrap -u customer.phone -c customerId=7 enc1.envelope.…',
  'parasol rewrap -u customer.scan -c customerId=7 --in scan.pdf.enc',
]

const texts = catalogue(
  {
    description:
      "renew the wrapped key of a token or a file under its KMS key's newest version; the data is not touched",
    argument: 'the token; or from a pipe',
    in: 'an encrypted file to renew in its place, whole or not at all',
    scheme: 'the scheme that made the file; by default that as which it begins',
    note: 'Safe to repeat: what was renewed already is renewed once more, and decrypts to the same.',
    tokenAndFile: 'Expected a token or --in, not both',
    schemeOfToken: '--scheme goes with --in: a token names its scheme itself',
  },
  {
    description: '用 KMS 主密钥的最新版本更新令牌或文件的绿钥；不改动数据',
    argument: '令牌；也可从管道输入',
    in: '要就地更新的加密文件；要么全部更新，要么保持原样',
    scheme: '加密该文件的方案；默认由文件开头判断',
    note: '可以重复执行：更新过的会再更新一次，解密结果不变。',
    tokenAndFile: '令牌与 --in 只能给一个',
    schemeOfToken: '--scheme 与 --in 同用：令牌自己写明方案',
  },
)
