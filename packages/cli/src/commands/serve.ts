import { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { examples } from '../examples.js'
import { addConfigOption, addJsonOption } from '../options.js'
import { formatFacts, print } from '../print.js'
import type { Terminal } from '../terminal.js'

interface ServeOptions {
  readonly config?: string
  readonly newKey?: boolean
  readonly openapi?: boolean
  readonly json?: boolean
}

/** The service, until a signal ends it. What it says to its operator are lines of JSON in any case. */
export function serveCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('serve').description(text.description)
  addConfigOption(command, terminal).option('--new-key', text.newKey).option('--openapi', text.openapi)
  return addJsonOption(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((options: ServeOptions) => serveOrMakeKey(terminal, options))
}

async function serveOrMakeKey(terminal: Terminal, options: ServeOptions): Promise<void> {
  const { createApiKey, hashApiKey, openApiDocument, serve } = await import('@parasol/service')
  const { config, newKey = false, openapi = false } = options
  if (openapi) return void terminal.stdout.write(`${JSON.stringify(openApiDocument(), undefined, 2)}\n`)
  if (!newKey) return serve({ config, signal: terminal.signal, output: terminal.stdout })
  const key = createApiKey()
  const facts = { key, keyHash: hashApiKey(key) }
  print(terminal, options, facts, () => formatFacts(terminal, facts))
}

const EXAMPLES = [
  'parasol serve',
  'parasol serve --config ./parasol.yaml',
  'parasol serve --new-key',
  'parasol serve --openapi',
]

const texts = catalogue(
  {
    description: 'serve the use cases of parasol.yaml over HTTP, as its section "service" says',
    newKey: 'make an API key, which goes to a caller, and its hash, which goes into "keyHashes"; serve nothing',
    openapi: 'print the description of the service in OpenAPI 3.1; serve nothing',
    after: 'SIGTERM and SIGINT end it when the requests under way are answered; a second one ends it at once.',
  },
  {
    description: '按 parasol.yaml 的 "service" 一节，通过 HTTP 提供其中的用途',
    newKey: '生成一个 API 密钥（交给调用者）及其哈希（写入 "keyHashes"）；不提供服务',
    openapi: '输出服务的 OpenAPI 3.1 描述；不提供服务',
    after: 'SIGTERM 与 SIGINT 会在答完进行中的请求后结束它；第二次则立即结束。',
  },
)
