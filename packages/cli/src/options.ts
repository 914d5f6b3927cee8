import type { Cipher, EncryptionContext } from '@parasol/core'
import type { Command } from 'commander'
import { catalogue } from './catalogue.js'
import type { Terminal } from './terminal.js'
import { UsageError } from './usage-error.js'

/** What every command that uses keys has to know. */
export interface ContextOptions {
  readonly config?: string
  readonly useCase: string
  readonly context?: EncryptionContext
  readonly withoutContext?: boolean
}

/** What encrypting and decrypting have in common. */
export interface CipherOptions extends ContextOptions {
  readonly in?: string
  readonly out?: string
  readonly force?: boolean
  readonly json?: boolean
}

/** @throws CryptoError for a use case that the configuration lacks */
export async function withCipher<T>(
  terminal: Terminal,
  options: ContextOptions,
  work: (cipher: Cipher) => Promise<T>,
): Promise<T> {
  const { openCrypto } = await import('@parasol/config')
  await using crypto = await openCrypto(options.config, { env: terminal.env })
  return await work(crypto.router.for(options.useCase))
}

export function addConfigOption(command: Command, terminal: Terminal): Command {
  return command.option('--config <file>', texts(terminal).config)
}

export function addJsonOption(command: Command, terminal: Terminal): Command {
  return command.option('--json', texts(terminal).json)
}

export function addContextOptions(command: Command, terminal: Terminal): Command {
  return addFactOptions(
    addConfigOption(command, terminal).requiredOption('-u, --use-case <name>', texts(terminal).useCase),
    terminal,
  )
}

/** What data is bound to. */
export function addFactOptions(command: Command, terminal: Terminal): Command {
  const text = texts(terminal)
  return command
    .option('-c, --context <key=value>', text.context, factAdder(terminal))
    .option('--without-context', text.withoutContext)
}

export function addCipherOptions(command: Command, terminal: Terminal): Command {
  return addFileOptions(addContextOptions(command, terminal), terminal, true)
}

/** @param pipes whether `-` stands for the standard input and output */
export function addFileOptions(command: Command, terminal: Terminal, pipes = false): Command {
  const text = texts(terminal)
  return command
    .option('-i, --in <file>', `${text.in}${pipes ? text.inPipe : ''}`)
    .option('-o, --out <file>', `${text.out}${pipes ? text.outPipe : ''}`)
    .option('-f, --force', text.force)
}

/** The context is never left out by mistake. @throws UsageError */
export function contextOf(
  terminal: Pick<Terminal, 'env'>,
  { context, withoutContext = false }: Pick<ContextOptions, 'context' | 'withoutContext'>,
): EncryptionContext {
  if ((context === undefined) === withoutContext) return context ?? {}
  throw new UsageError(texts(terminal).noContext)
}

/** Which files, if it is files. @throws UsageError if one of the two is missing, or there is text as well */
export function filesOf(
  terminal: Terminal,
  { in: source, out: target }: Pick<CipherOptions, 'in' | 'out'>,
  text: string | undefined,
): { source: string; target: string } | undefined {
  if (source === undefined && target === undefined) return undefined
  if (source === undefined || target === undefined) throw new UsageError(texts(terminal).bothFiles)
  if (text !== undefined) throw new UsageError(texts(terminal).textAndFile)
  return { source, target }
}

/** Commander's own error would repeat the argument, which may be a value that came to the wrong place. */
function factAdder(terminal: Terminal) {
  return (fact: string, former: EncryptionContext | undefined): EncryptionContext => {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(fact) ?? []
    if (key === undefined || value === undefined) throw new UsageError(texts(terminal).noFact)
    if (former && Object.hasOwn(former, key)) throw new UsageError(texts(terminal).factTwice(JSON.stringify(key)))
    return { ...former, [key]: value }
  }
}

const texts = catalogue(
  {
    config: 'the configuration; by default that in PARASOL_CONFIG, else parasol.yaml here',
    json: 'print JSON, for programs',
    useCase: 'what the data is for: a use case of the configuration',
    context: 'a fact that is bound to the data, such as customerId=7; repeatable',
    withoutContext: 'for data that can be told apart by nothing',
    in: 'a file to read, of any size, in place of text',
    inPipe: '; - is the standard input',
    out: 'the file to write; needed with --in',
    outPipe: '; - is the standard output',
    force: 'replace the file to write if it exists',
    noContext: 'Say what the data is bound to, such as --context customerId=7, or else --without-context',
    bothFiles: '--in and --out go together',
    textAndFile: 'Expected text or --in, not both',
    noFact: 'Expected --context key=value',
    factTwice: (key: string) => `Context key ${key} was given twice`,
  },
  {
    config: '配置文件；默认为 PARASOL_CONFIG 所指，否则为当前文件夹的 parasol.yaml',
    json: '输出 JSON，供程序使用',
    useCase: '数据的用途：配置中的一个用途',
    context: '与数据绑定的一项事实，如 customerId=7；可重复',
    withoutContext: '数据没有任何可区分的事实时使用',
    in: '要读取的文件，大小不限，代替文字',
    inPipe: '；- 为标准输入',
    out: '要写入的文件；与 --in 同用',
    outPipe: '；- 为标准输出',
    force: '要写入的文件已存在时替换它',
    noContext: '请说明数据与什么绑定，如 --context customerId=7，否则用 --without-context',
    bothFiles: '--in 与 --out 要同时给出',
    textAndFile: '文字与 --in 只能给一个',
    noFact: '应为 --context 键=值',
    factTwice: (key) => `上下文的键 ${key} 给了两次`,
  },
)
