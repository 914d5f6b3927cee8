import type { LogHead, LogReport } from '@parasol/service'
import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { formatFacts, print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { addLogNameOption, addLogOptions, type LogOptions, openLog } from './log-options.js'

interface VerifyOptions extends LogOptions {
  readonly head?: string
  readonly note?: string
}

export function verifyCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('verify').description(text.description)
  addLogNameOption(command, terminal).option('--head <file>', text.head).option('--note <file>', text.note)
  return addLogOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((options: VerifyOptions) => verify(terminal, options))
}

async function verify(terminal: Terminal, options: VerifyOptions): Promise<void> {
  const { log: name, head: headFile, note } = options
  const { source, heads } = await openLog(options, name)
  const given = headFile === undefined ? [] : [await readNoted(headFile, name)]
  const report = await source.verify({ heads: [...heads, ...given] })
  const { lines, first, head, unfinished, damage } = report
  const facts = {
    log: name,
    lines,
    first,
    head: head.number,
    hash: head.hash,
    unfinishedBytes: unfinished || undefined,
  }
  print(terminal, options, { log: name, ...report }, () => formatFacts(terminal, facts))
  if (damage.length > 0) await refuse(terminal, report)
  if (note !== undefined) await noteHead(note, name, head)
}

async function readNoted(path: string, name: string): Promise<LogHead> {
  const { readHead } = await import('@parasol/service')
  const { CryptoError } = await import('@parasol/core')
  const head = await readHead(path, name)
  if (!head) throw new CryptoError('IO', `Cannot read "${path}" (ENOENT)`)
  return head
}

async function noteHead(path: string, log: string, head: LogHead): Promise<void> {
  const { writeFileAtomic } = await import('@parasol/core/files')
  await writeFileAtomic(path, `${JSON.stringify({ log, ...head, time: new Date().toISOString() })}\n`)
}

async function refuse(terminal: Terminal, { damage }: LogReport): Promise<void> {
  const { CryptoError } = await import('@parasol/core')
  const [first] = damage
  const where = first ? `"${first.file}" ${texts(terminal).line} ${first.line}: ${first.reason}` : ''
  throw new CryptoError('STORE_DAMAGED', texts(terminal).damaged(damage.length, where))
}

const EXAMPLES = [
  'parasol log verify',
  'parasol log verify --log audit --head backup-disk/audit.head --json',
  'parasol log verify --folder ./log/backup --note backup-disk/backup.head',
]

const texts = catalogue(
  {
    description: 'check every line of a log against the one before, and its end against the heads that were noted',
    head: 'a head that was noted elsewhere: the log must have come by it',
    note: 'note the head in this file, if nothing is wrong',
    after: 'Ends with 5 and names the line if one was changed, removed, added or moved. The service may run meanwhile.',
    line: 'line',
    damaged: (count: number, where: string) => `The log is damaged at ${count} place(s), first at ${where}`,
  },
  {
    description: '逐行检查日志与前一行的衔接，并用记下的末尾检查日志是否被截断',
    head: '在别处记下的末尾：日志必须经过它',
    note: '没有问题时，把末尾记到此文件',
    after: '若有一行被改动、删除、添加或移动，则以 5 结束并指出该行。服务可同时运行。',
    line: '行',
    damaged: (count, where) => `日志有 ${count} 处损坏，第一处在 ${where}`,
  },
)
