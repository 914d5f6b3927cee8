import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { addStoreOptions, rootKeyOf, type StoreOptions } from './store-options.js'

interface ServeOptions extends StoreOptions {
  readonly port: string
  readonly host: string
  readonly exposed?: boolean
  readonly createKey: readonly string[]
  readonly accessKey?: string
  readonly quotas?: boolean
  readonly quota: readonly string[]
  readonly faultPlan?: string
  readonly log?: boolean
}

export function serveCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('serve')
    .description(text.description)
    .option('--port <port>', text.port, '7600')
    .option('--host <host>', text.host, '127.0.0.1')
    .option('--exposed', text.exposed)
    .option('--create-key <alias>', text.createKey, append, [])
    .option('--access-key <file>', text.accessKey)
    .option('--quotas', text.quotas)
    .option('--quota <kind=number>', text.quota, append, [])
    .option('--fault-plan <file>', text.faultPlan)
    .option('--log', text.log)
  return addStoreOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((options: ServeOptions) => serveStore(terminal, options))
}

async function serveStore(terminal: Terminal, options: ServeOptions): Promise<void> {
  const { serve } = await import('@parasol/kms-local')
  const { store, host, exposed = false, createKey: createKeys, accessKey: accessKeyFile, faultPlan } = options
  const { quotas = false, quota, log = false, json = false } = options
  const rootKey = await rootKeyOf(terminal, options)
  const say = (line: string): unknown => terminal.stdout.write(`${json ? JSON.stringify({ said: line }) : line}\n`)
  const address = { port: portOf(terminal, options.port), host, exposed }
  await serve(
    { store, rootKey, createKeys, accessKeyFile, quotas, quota, faultPlan, log, ...address },
    { say, ended: ended(terminal) },
  )
}

function append(value: string, former: readonly string[]): readonly string[] {
  return [...former, value]
}

function ended({ signal }: Terminal): Promise<unknown> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', resolve, { once: true })
  })
}

function portOf(terminal: Terminal, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new UsageError(texts(terminal).noPort)
}

const EXAMPLES = [
  'parasol kms serve --create-key alias/app',
  'parasol kms serve --store .kms --key-file .kms.key --port 0 --log',
]

const texts = catalogue(
  {
    description: "serve a store over HTTP as Alibaba Cloud KMS does, to Alibaba's own clients too; a new one is made",
    port: '0 takes a free one',
    host: 'the address to listen at',
    exposed: 'allow a host that other machines can reach: put TLS in front of it',
    createKey: 'give an alias, such as alias/app, a key if it has none; repeatable',
    accessKey: 'where the access key of a new store is written; FOLDER/access-key.json by default',
    quotas: "refuse what is beyond the cloud's quotas",
    quota: 'most requests a second of a kind: crypto, asymmetric, createKey, metadata or changes; repeatable',
    faultPlan: 'for tests: make requests fail as a plan in JSON says; never with --exposed',
    log: 'print the operation and the outcome of each request',
    after: 'It prints its endpoint and the file with the access key. Ctrl-C and SIGTERM end it cleanly.',
    noPort: 'Expected a number from 0 to 65535 after --port',
  },
  {
    description: '像阿里云 KMS 一样通过 HTTP 提供存储的服务，阿里云自己的客户端也可用；没有存储则建立',
    port: '端口，0 表示取空闲端口',
    host: '监听的地址',
    exposed: '允许其他机器可访问的地址：请在前面加上 TLS',
    createKey: '若别名（如 alias/app）没有密钥，则为它生成；可重复',
    accessKey: '新存储的访问密钥写到哪里；默认为 文件夹/access-key.json',
    quotas: '超出云端配额的请求予以拒绝',
    quota: '每秒某类请求的上限：crypto、asymmetric、createKey、metadata 或 changes；可重复',
    faultPlan: '测试用：按 JSON 计划使请求失败；不能与 --exposed 同用',
    log: '打印每个请求的操作和结果',
    after: '会打印服务地址和访问密钥文件。Ctrl-C 与 SIGTERM 可正常结束它。',
    noPort: '--port 应为 0 至 65535 的数字',
  },
)
