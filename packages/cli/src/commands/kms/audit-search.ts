import type { AuditEvent } from '@parasol/kms-local'
import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { printable } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { writeLines } from '../log/lines.js'
import { addStoreOptions, findStore, type StoreOptions } from './store-options.js'

interface SearchOptions extends StoreOptions {
  readonly key?: string
  readonly user?: string
  readonly operation?: string
  readonly outcome?: string
  readonly from?: string
  readonly to?: string
}

export function auditSearchCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('search')
    .description(text.description)
    .option('--key <key>', text.key)
    .option('--user <who>', text.user)
    .option('--operation <name>', text.operation)
    .option('--outcome <outcome>', text.outcome)
    .option('--from <time>', text.from)
    .option('--to <time>', text.to)
  return addStoreOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((options: SearchOptions) => search(terminal, options))
}

async function search(terminal: Terminal, options: SearchOptions): Promise<void> {
  const { AuditReader } = await import('@parasol/kms-local')
  const { key, user, operation, outcome, json } = options
  const times = { from: timeOf(terminal, options.from), to: timeOf(terminal, options.to) }
  const { folder, rootKey } = await findStore(terminal, options)
  using reader = await AuditReader.open(folder, rootKey)
  await writeLines(terminal, format(reader.search({ key, user, operation, outcome, ...times }), json ?? false))
}

async function* format(events: AsyncIterable<AuditEvent>, json: boolean): AsyncGenerator<string> {
  for await (const event of events) yield json ? JSON.stringify(event) : formatEvent(event)
}

function formatEvent({ eventTime, userIdentity, eventName, resourceName, errorCode, requestId }: AuditEvent): string {
  const who = userIdentity.userName ?? userIdentity.accessKeyId
  const facts = [eventTime, who || '-', eventName || '-', resourceName ?? '-', errorCode ?? 'ok', requestId]
  return printable(facts.join('  '))
}

function timeOf(terminal: Terminal, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw new UsageError(texts(terminal).noTime)
  return time
}

const EXAMPLES = [
  'parasol kms audit search --key alias/app --operation Decrypt --from 2030-01-31 --to 2030-02-01',
  'parasol kms audit search --user alice --outcome refused --json',
]

const texts = catalogue(
  {
    description: 'show the events of the audit log that fit every option, the oldest first',
    key: 'an id, alias or ARN; it is found under all names of the key',
    user: 'an access key id, or the name of a user or role',
    operation: 'the name of an operation, such as Decrypt',
    outcome: 'ok, refused, or the code of a refusal',
    from: 'from this time on',
    to: 'before this time',
    noTime: 'Expected a time, such as 2030-01-31 or 2030-01-31T12:00:00Z',
    after:
      'Columns: time, who, operation, key, outcome, request. --json prints an event a line, in the shape of ActionTrail.',
  },
  {
    description: '显示审计日志中符合所有选项的事件，先旧后新',
    key: '标识、别名或 ARN；按该密钥的所有名称查找',
    user: '访问密钥标识，或用户、角色的名称',
    operation: '操作名称，如 Decrypt',
    outcome: 'ok、refused，或拒绝的代码',
    from: '从此时间起',
    to: '在此时间之前',
    noTime: '应为时间，如 2030-01-31 或 2030-01-31T12:00:00Z',
    after: '各列：时间、操作者、操作、密钥、结果、请求。--json 每行输出一个事件，格式同 ActionTrail。',
  },
)
