import type { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { addContextOptions, addJsonOption, type ContextOptions } from '../options.js'
import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'

export interface RecordOptions extends ContextOptions {
  readonly contextColumns?: readonly string[]
  readonly out?: string
  readonly force?: boolean
  /** The file to write is the file itself, and keeps its mode. */
  readonly inPlace?: boolean
  readonly format?: 'csv' | 'ndjson' | 'json'
  readonly delimiter: string
  readonly onError: 'stop' | 'skip'
  readonly report?: string
  readonly workers: number
  /** Rows of a worker. */
  readonly atOnce: number
  /** `--no-resume` makes it false. */
  readonly resume: boolean
  readonly json?: boolean
}

/** What all commands on rows have in common. */
export function addRecordOptions(command: Command, terminal: Terminal): Command {
  const text = texts(terminal)
  addRowOptions(addContextOptions(command.argument('[file]', text.file), terminal), terminal)
    .option('-o, --out <file>', text.out)
    .option('-f, --force', text.force)
  return addJsonOption(command, terminal)
}

/** What the file is, where its name does not say it. */
export function addFormatOptions(command: Command, terminal: Terminal): Command {
  const text = texts(terminal)
  return command
    .addOption(command.createOption('--format <format>', text.format).choices(['csv', 'ndjson', 'json']))
    .option('--delimiter <character>', text.delimiter, oneCharacter(terminal), ',')
}

/** How rows are read, bound and converted. */
export function addRowOptions(command: Command, terminal: Terminal): Command {
  const text = texts(terminal)
  return addFormatOptions(command, terminal)
    .addOption(
      command
        .createOption('-k, --context-columns <columns>', text.contextColumns)
        .argParser(listOf(terminal))
        .conflicts('withoutContext'),
    )
    .addOption(command.createOption('--on-error <what>', text.onError).choices(['stop', 'skip']).default('stop'))
    .option('--report <file>', text.report)
    .option('--workers <number>', text.workers, wholeNumber(terminal, '--workers', 64), 1)
    .option('--at-once <number>', text.atOnce, wholeNumber(terminal, '--at-once', 999), 16)
    .option('--no-resume', text.noResume)
}

/** Names that are separated by commas. */
export function listOf(terminal: Terminal) {
  return (names: string, former: readonly string[] = []): readonly string[] => {
    const all = [...former, ...names.split(',').map((name) => name.trim())]
    if (all.includes('')) throw new UsageError(texts(terminal).emptyName)
    return [...new Set(all)]
  }
}

function oneCharacter(terminal: Terminal) {
  return (text: string): string => {
    const character = text === '\\t' || text === 'tab' ? '\t' : text
    if (/^[\x20-\x7e\t]$/.test(character) && !/["\w]/.test(character)) return character
    throw new UsageError(texts(terminal).badDelimiter)
  }
}

function wholeNumber(terminal: Terminal, option: string, most: number) {
  return (text: string): number => {
    if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= most) return Number(text)
    throw new UsageError(texts(terminal).badNumber(option, most))
  }
}

const texts = catalogue(
  {
    file: 'CSV with a header, NDJSON, or a JSON array of objects; or from a pipe',
    contextColumns: 'columns that each row is bound to, such as its id: id,tenant or customerId=id',
    out: 'the file to write; by default the standard output',
    force: 'replace the file to write if it exists',
    format: 'by default what the name of the file or its beginning says',
    delimiter: 'what separates the cells of CSV; "tab" for tabs',
    onError: 'at a row that fails: stop, or skip it',
    report: 'write which rows failed and why, a line of JSON for each',
    workers: 'how many threads encrypt or decrypt, each with data keys of its own, for large files on several cores',
    atOnce: 'how many rows of a worker are under way at once, which helps if the KMS is far away',
    noResume: 'begin anew although a run of the same was stopped',
    emptyName: 'Expected names that are separated by commas, such as phone,idCard',
    badDelimiter: 'Expected one character for --delimiter, such as ";"',
    badNumber: (option: string, most: number) => `Expected a number from 1 to ${most} for ${option}`,
  },
  {
    file: '有表头的 CSV、NDJSON，或由对象组成的 JSON 数组；也可从管道输入',
    contextColumns: '每行绑定的列，如其 id：id,tenant 或 customerId=id',
    out: '要写入的文件；默认为标准输出',
    force: '要写入的文件已存在时替换它',
    format: '格式；默认由文件名或文件开头判断',
    delimiter: 'CSV 单元格之间的分隔符；制表符写作 "tab"',
    onError: '遇到失败的行：stop 停止，skip 跳过',
    report: '写出哪些行失败及原因，每行一个 JSON',
    workers: '加密或解密的线程数，每个线程有自己的数据密钥；用于多核上的大文件',
    atOnce: '每个线程同时处理的行数；KMS 较远时有用',
    noResume: '即使同样的任务曾中断过，也从头开始',
    emptyName: '应为以逗号分隔的名称，如 phone,idCard',
    badDelimiter: '--delimiter 应为一个字符，如 ";"',
    badNumber: (option, most) => `${option} 应为 1 到 ${most} 的整数`,
  },
)
