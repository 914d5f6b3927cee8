import type { AuditEntry, BackupEntry } from '@parasol/service'
import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { printable } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { writeLines } from './lines.js'
import {
  addFilterOptions,
  addLogNameOption,
  addLogOptions,
  auditQuery,
  backupQuery,
  type FilterOptions,
  openLog,
} from './log-options.js'

export function findCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('find').description(text.description)
  addFilterOptions(addLogNameOption(command, terminal), terminal)
  return addLogOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((options: FilterOptions) => find(terminal, options))
}

async function find(terminal: Terminal, options: FilterOptions): Promise<void> {
  const { log, json } = options
  const service = await import('@parasol/service')
  const { source } = await openLog(options, log)
  const found: AsyncIterable<BackupEntry | AuditEntry> =
    log === 'backup'
      ? service.findBackups(source, backupQuery(terminal, options))
      : service.findAudits(source, auditQuery(terminal, options))
  const show = json ? JSON.stringify : (entry: BackupEntry | AuditEntry) => formatEntry(entry, service.greenKeyId)
  await writeLines(terminal, map(found, show))
}

async function* map<From, To>(source: AsyncIterable<From>, change: (one: From) => To): AsyncGenerator<To> {
  for await (const one of source) yield change(one)
}

/** One line: when, who, what for, which request; then green key and fields, or operation and outcome. */
function formatEntry(entry: BackupEntry | AuditEntry, greenKeyId: (key: string) => string): string {
  const { time, caller, useCase, requestId } = entry
  const facts = [time, caller || '-', useCase || '-', requestId || '-']
  return printable(
    [...facts, ...('record' in entry ? formatRecord(entry.record, greenKeyId) : outcomeOf(entry))].join('  '),
  )
}

function formatRecord(
  { kms_encrypt_key: key, ...fields }: Readonly<Record<string, string>>,
  greenKeyId: (key: string) => string,
): readonly string[] {
  return [key === undefined ? '-' : greenKeyId(key), Object.keys(fields).join(',')]
}

function outcomeOf({ operation, count, outcome }: AuditEntry): readonly string[] {
  return [operation || '-', String(count), outcome]
}

const EXAMPLES = [
  'parasol log find --ciphertext enc1.envelope.…',
  'parasol log find --green-key 9f86d081884c7d65 --json',
  'parasol log find --log audit --caller crm --from 2030-01-31 --to 2030-02-01',
]

const texts = catalogue(
  {
    description: 'show what a log holds, the oldest first: all, or what fits every option',
    after:
      'Columns: time, caller, use case, request; then of the backup log the short name of the green key and the fields,\nof the audit log the operation, the number of fields and the outcome. --json prints an entry a line.',
  },
  {
    description: '显示日志内容，先旧后新：全部，或符合所有选项的',
    after:
      '各列：时间、调用者、用途、请求；然后备份日志为绿钥简称与字段，审计日志为操作、字段数与结果。\n--json 每行输出一条。',
  },
)
