import type { AuditQuery, BackupQuery, ConfiguredLog, LogName } from '@parasol/service'
import { type Command, Option } from 'commander'
import { catalogue } from '../../catalogue.js'
import { addConfigOption, addJsonOption } from '../../options.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'

/** Which log is meant. */
export interface LogOptions {
  readonly config?: string
  readonly folder?: string
  readonly log: LogName
  readonly json?: boolean
}

/** Which entries of it. */
export interface FilterOptions extends LogOptions {
  readonly ciphertext?: string
  readonly greenKey?: string
  readonly caller?: string
  readonly useCase?: string
  readonly request?: string
  readonly from?: string
  readonly to?: string
}

export function addLogOptions(command: Command, terminal: Terminal): Command {
  const text = texts(terminal)
  return addJsonOption(addConfigOption(command, terminal).option('--folder <folder>', text.folder), terminal)
}

export function addLogNameOption(command: Command, terminal: Terminal): Command {
  return command.addOption(
    new Option('--log <name>', texts(terminal).log).choices(['backup', 'audit']).default('backup'),
  )
}

export function addFilterOptions(command: Command, terminal: Terminal): Command {
  const text = texts(terminal)
  return command
    .option('--ciphertext <token>', text.ciphertext)
    .option('--green-key <token|id>', text.greenKey)
    .option('--caller <name>', text.caller)
    .option('--use-case <name>', text.useCase)
    .option('--request <id>', text.request)
    .option('--from <time>', text.from)
    .option('--to <time>', text.to)
}

/** The log in a folder that was named, or that of the configuration. @throws CryptoError */
export async function openLog({ folder, config }: LogOptions, name: LogName): Promise<ConfiguredLog> {
  const { findLog, logFiles } = await import('@parasol/service')
  return folder === undefined ? findLog(name, config) : { source: logFiles({ folder, name }), heads: [] }
}

/** @throws UsageError for a time that is none */
export function backupQuery(terminal: Terminal, options: FilterOptions): BackupQuery {
  const { ciphertext, greenKey } = options
  const isId = greenKey !== undefined && /^[0-9a-f]{16}$/.test(greenKey)
  return {
    ...logQuery(terminal, options),
    ...(ciphertext === undefined ? {} : { ciphertext }),
    ...(greenKey === undefined ? {} : isId ? { greenKeyId: greenKey } : { greenKey }),
  }
}

/** @throws UsageError for a time that is none, or for what the audit log does not hold */
export function auditQuery(terminal: Terminal, options: FilterOptions): AuditQuery {
  if (options.ciphertext !== undefined || options.greenKey !== undefined) throw new UsageError(texts(terminal).noTokens)
  return logQuery(terminal, options)
}

function logQuery(terminal: Terminal, { caller, useCase, request: requestId, from, to }: FilterOptions) {
  const given = { caller, useCase, requestId, from: readTime(terminal, from), to: readTime(terminal, to) }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** Entries have times in UTC; one without a zone is taken for that. */
function readTime(terminal: Terminal, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const hasZone = /^\d{4}-\d\d-\d\d$|(Z|[+-]\d\d:\d\d)$/.test(text)
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(hasZone ? text : `${text}Z`) : new Date(Number.NaN)
  if (Number.isNaN(time.getTime())) throw new UsageError(texts(terminal).noTime)
  return time.toISOString()
}

const texts = catalogue(
  {
    folder: 'the folder of the log, in place of that in the configuration',
    log: 'which log',
    ciphertext: 'the record to which this ciphertext belongs',
    greenKey: 'the records with this green key, or with the short name that "log find" shows of it',
    caller: 'what this caller did',
    useCase: 'what was done for this use case',
    request: 'what this request did',
    from: 'not before this time: 2030-01-31 or 2030-01-31T23:59, in UTC unless it names a zone',
    to: 'before this time',
    noTokens: 'The audit log holds no ciphertexts and no green keys: use --log backup',
    noTime: 'Expected a time such as 2030-01-31 or 2030-01-31T23:59:00Z',
  },
  {
    folder: '日志所在的文件夹，代替配置中的',
    log: '哪个日志',
    ciphertext: '该密文所属的记录',
    greenKey: '使用该绿钥的记录；也可用 "log find" 显示的简称',
    caller: '该调用者所做的',
    useCase: '为该用途所做的',
    request: '该请求所做的',
    from: '不早于此时间：2030-01-31 或 2030-01-31T23:59，未注明时区则为 UTC',
    to: '早于此时间',
    noTokens: '审计日志中没有密文和绿钥：请用 --log backup',
    noTime: '应为时间，如 2030-01-31 或 2030-01-31T23:59:00Z',
  },
)
