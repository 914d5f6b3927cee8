import { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { examples } from '../examples.js'
import { addConfigOption, addJsonOption } from '../options.js'
import { formatTable, type PrintOptions, print } from '../print.js'
import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'

interface BenchOptions extends PrintOptions {
  readonly config?: string
  readonly useCase: string
  readonly seconds: number
  readonly bytes: number
}

/** What encrypting costs here, with this configuration. */
export function benchCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('bench').description(text.description)
  addConfigOption(command, terminal)
    .requiredOption('-u, --use-case <name>', text.useCase)
    .option('--seconds <number>', text.seconds, wholeNumber(terminal), 1)
    .option('--bytes <number>', text.bytes, wholeNumber(terminal), 16)
  return addJsonOption(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.note))
    .action((options) => bench(terminal, options))
}

async function bench(terminal: Terminal, options: BenchOptions): Promise<void> {
  const { openCrypto } = await import('@parasol/config')
  const { benchCipher } = await import('../bench-cipher.js')
  await using crypto = await openCrypto(options.config, { env: terminal.env })
  const cipher = crypto.router.for(options.useCase)
  const { signal } = terminal
  const results = await benchCipher(cipher, { bytes: options.bytes, ms: options.seconds * 1000, signal })
  const { useCase, bytes } = options
  const headings = texts(terminal).headings.split('|')
  const rows = results.map(({ work, perSecond, cpuMicros, medianMs }) => [work, perSecond, cpuMicros, medianMs])
  print(terminal, options, { useCase, scheme: cipher.scheme, bytes, results }, () =>
    formatTable(terminal, headings, rows),
  )
}

function wholeNumber(terminal: Terminal) {
  return (value: string): number => {
    if (/^[1-9]\d{0,6}$/.test(value)) return Number(value)
    throw new UsageError(texts(terminal).badNumber)
  }
}

const EXAMPLES = ['parasol bench -u customer.phone', 'parasol bench -u customer.scan --bytes 65536 --seconds 5 --json']

const texts = catalogue(
  {
    description: 'measure what encrypting and decrypting costs here, with this configuration and its KMS',
    useCase: 'a use case of the configuration',
    seconds: 'how long each is measured',
    bytes: 'the size of a value',
    note: 'It calls the KMS as often as the scheme does. npm run bench in the repository compares with what others do.',
    badNumber: 'Expected a whole number from 1 to 9999999',
    headings: 'work|per second|CPU us|median ms',
  },
  {
    description: '测量在本机用此配置及其 KMS 加密和解密的开销',
    useCase: '配置中的一个用途',
    seconds: '每项测量多久（秒）',
    bytes: '每个值的大小（字节）',
    note: '它会像方案那样调用 KMS。仓库中的 npm run bench 与其他方案对比。',
    badNumber: '应为 1 到 9999999 的整数',
    headings: '操作|每秒次数|CPU 微秒|中位毫秒',
  },
)
