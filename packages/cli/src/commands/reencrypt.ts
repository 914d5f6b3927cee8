import { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { examples } from '../examples.js'
import { addConfigOption, addFactOptions, addJsonOption, type ContextOptions, contextOf } from '../options.js'
import { print } from '../print.js'
import { addRowOptions, type RecordOptions } from '../records/record-options.js'
import type { Terminal } from '../terminal.js'
import { readTextInput } from '../text-input.js'
import { UsageError } from '../usage-error.js'

interface ReencryptOptions extends Omit<RecordOptions, 'useCase'> {
  readonly to: string
  readonly useCase?: string
  readonly in?: readonly string[]
  readonly scheme?: string
}

/** From one scheme, key or use case to another: tokens, files and the rows of files. */
export function reencryptCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('reencrypt')
    .description(text.description)
    .argument('[token]', text.argument)
    .requiredOption('-t, --to <name>', text.to)
    .option('-u, --use-case <name>', text.from)
    .option('-i, --in <file>', text.in, collect)
    .option('--scheme <name>', text.scheme)
  addRowOptions(addFactOptions(addConfigOption(command, terminal), terminal), terminal)
  return addJsonOption(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.note))
    .action((argument, options) => reencrypt(terminal, argument, options))
}

async function reencrypt(terminal: Terminal, argument: string | undefined, options: ReencryptOptions): Promise<void> {
  const { in: paths, to } = options
  const from = { ...options, useCase: options.useCase ?? to }
  if (paths !== undefined && argument !== undefined) throw new UsageError(texts(terminal).tokenAndFile)
  if (paths === undefined) return reencryptToken(terminal, argument, from, to)
  for (const path of paths) {
    if (isRows(path, options)) await reencryptRowFile(terminal, path, from, to)
    else await reencryptBytes(terminal, path, from, to)
  }
}

async function reencryptToken(
  terminal: Terminal,
  argument: string | undefined,
  options: ContextOptions & ReencryptOptions,
  to: string,
): Promise<void> {
  const context = contextOf(terminal, options)
  const { signal } = terminal
  const old = await readTextInput(terminal, argument)
  await using crypto = await open(terminal, options, to)
  const text = await crypto.router.for(options.useCase).decryptToken(old, context, { signal })
  const target = crypto.router.for(to)
  const { formatToken } = await import('@parasol/core')
  const token = formatToken(target.scheme, await target.encryptBytes(text, context, { signal }))
  print(terminal, options, { token }, () => `${token}\n`)
}

async function reencryptRowFile(
  terminal: Terminal,
  path: string,
  options: RecordOptions & ContextOptions,
  to: string,
): Promise<void> {
  const { realpath } = await import('node:fs/promises')
  const { convertRowFile } = await import('../records/convert-file.js')
  const out = await realpath(path).catch(() => path)
  const isSame = options.useCase === to
  await convertRowFile(terminal, path, { ...options, out, inPlace: true }, { command: 'reencrypt', to, isSame })
}

async function reencryptBytes(
  terminal: Terminal,
  path: string,
  options: ContextOptions & ReencryptOptions,
  to: string,
): Promise<void> {
  const context = contextOf(terminal, options)
  const { reencryptFile } = await import('../reencrypt-file.js')
  await using crypto = await open(terminal, options, to)
  const [from, target] = [crypto.router.for(options.useCase), crypto.router.for(to)]
  const { scheme, json = false } = options
  await reencryptFile(terminal, path, { from, to: target, context, scheme, json })
  print(terminal, options, { file: path }, () => '')
}

async function open(terminal: Terminal, { config: path, useCase }: ContextOptions, to: string) {
  const { loadConfig, openConfig } = await import('@parasol/config')
  const { withSchemeAsTarget } = await import('../scheme-as-target.js')
  const config = await loadConfig(path, { env: terminal.env })
  return openConfig(withSchemeAsTarget(terminal, config, { to, useCase }))
}

function isRows(path: string, { format, contextColumns }: ReencryptOptions): boolean {
  return format !== undefined || contextColumns !== undefined || /\.(csv|tsv|ndjson|jsonl|json)$/i.test(path)
}

function collect(path: string, former: readonly string[] = []): readonly string[] {
  return [...former, path]
}

const EXAMPLES = [
  'parasol reencrypt --to customer.phone -c customerId=7 enc1.kms-direct.…',
  'parasol reencrypt --to customer -k id -i customers.enc.csv',
  'parasol reencrypt --to envelope -u customer -k id -i customers.enc.csv',
  'parasol reencrypt --to archive.scan -u customer.scan -c customerId=7 -i front.jpg.enc -i back.jpg.enc',
]

const texts = catalogue(
  {
    description: 'decrypt and encrypt again: from one scheme or key to another, or to another use case',
    argument: 'a token; or from a pipe',
    to: 'the use case that encrypts, as it is configured now; or a scheme that the use case reads',
    from: 'the use case that decrypts, if it is another',
    in: 'an encrypted file, or CSV, NDJSON or JSON with encrypted rows, to change in its place; repeatable',
    scheme: 'the scheme that made the file; by default that as which it begins',
    note: `To move a use case from one scheme to another, change its "scheme" in parasol.yaml and put the old one into "reads"; then run
this over everything, and take "reads" away. Safe to repeat: what was done already decrypts to the same. A file is replaced whole,
or stays as it was.`,
    tokenAndFile: 'Expected a token or --in, not both',
  },
  {
    description: '解密后重新加密：更换方案、密钥或用途',
    argument: '令牌；也可从管道输入',
    to: '用来加密的用途，按现在的配置；或该用途可读的一个方案',
    from: '用来解密的用途，如果是另一个',
    in: '要就地更换的加密文件，或含加密行的 CSV、NDJSON、JSON；可重复',
    scheme: '加密该文件的方案；默认由文件开头判断',
    note: `要把一个用途从一个方案移到另一个：在 parasol.yaml 中改它的 "scheme"，把旧方案放进 "reads"；然后对全部数据执行本命令，
再去掉 "reads"。可以重复执行：已完成的解密结果不变。文件要么整个替换，要么保持原样。`,
    tokenAndFile: '令牌与 --in 只能给一个',
  },
)
