import type { Remnant } from '@parasol/service'
import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { writeLines } from './lines.js'
import { addFilterOptions, addLogOptions, backupQuery, type FilterOptions, openLog } from './log-options.js'

interface RestoreOptions extends FilterOptions {
  readonly in?: string
  readonly out?: string
  readonly force?: boolean
}

export function restoreCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('restore').description(text.description)
  addFilterOptions(command, terminal)
    .option('-i, --in <file>', text.in)
    .option('-o, --out <file>', text.out)
    .option('-f, --force', text.force)
  return addLogOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES, text.after))
    .action((options: RestoreOptions) => restore(terminal, options))
}

async function restore(terminal: Terminal, options: RestoreOptions): Promise<void> {
  const query = backupQuery(terminal, options)
  const isNarrow = Object.keys(query).length > 0
  if (isNarrow === (options.in !== undefined)) throw new UsageError(texts(terminal).which)
  const { lines, missing } =
    options.in === undefined ? await byQuery(terminal, options) : await byRemnants(terminal, options)
  await (options.out === undefined ? writeLines(terminal, lines) : writeFile(terminal, lines, options.out, options))
  const count = await missing()
  if (count === 0) return
  const { CryptoError } = await import('@parasol/core')
  throw new CryptoError('INVALID_INPUT', texts(terminal).missing(count))
}

interface Restoration {
  readonly lines: AsyncIterable<string>
  /** How many of those that were asked for no backup has, once all lines were read. */
  readonly missing: () => Promise<number>
}

/** As many as fit; none would be a mistake. */
async function byQuery(terminal: Terminal, options: RestoreOptions): Promise<Restoration> {
  const { findBackups } = await import('@parasol/service')
  const { source } = await openLog(options, 'backup')
  let count = 0
  async function* lines(): AsyncGenerator<string> {
    for await (const { record } of findBackups(source, backupQuery(terminal, options))) {
      count += 1
      yield JSON.stringify(record)
    }
  }
  return { lines: lines(), missing: async () => (count === 0 ? 1 : 0) }
}

async function byRemnants(terminal: Terminal, options: RestoreOptions): Promise<Restoration> {
  const { restoreRecords } = await import('@parasol/service')
  const remnants = await readRemnants(terminal, options.in ?? '')
  const { source } = await openLog(options, 'backup')
  const restored = await restoreRecords(source, remnants)
  async function* lines(): AsyncGenerator<string> {
    for (const { record } of restored) if (record) yield JSON.stringify(record)
  }
  return { lines: lines(), missing: async () => restored.filter(({ record }) => !record).length }
}

/** A line is a token, or what is left of a record as the service answers it. Their text is never repeated. */
async function readRemnants(terminal: Terminal, path: string): Promise<readonly Remnant[]> {
  const { readFile } = await import('node:fs/promises')
  const { guardIo } = await import('@parasol/core/files')
  const text = await guardIo(path, () => readFile(path, 'utf8'), 'read')
  const lines = text.split(/\r?\n/)
  return lines.flatMap((line, index) => (line.trim() === '' ? [] : [readRemnant(terminal, line.trim(), index + 1)]))
}

function readRemnant(terminal: Terminal, line: string, number: number): Remnant {
  if (!line.startsWith('{')) return line
  try {
    const record: unknown = JSON.parse(line)
    if (Object.values(Object(record)).every((value) => typeof value === 'string')) return record as Remnant
  } catch {}
  throw new UsageError(texts(terminal).noRemnant(number))
}

async function writeFile(
  terminal: Terminal,
  lines: AsyncIterable<string>,
  path: string,
  { force = false }: RestoreOptions,
): Promise<void> {
  const { AtomicFile } = await import('@parasol/core/files')
  const { throwIfAborted } = await import('@parasol/core')
  await using file = await AtomicFile.create(path, { overwrite: force })
  for await (const line of lines) {
    throwIfAborted(terminal.signal)
    await file.write(`${line}\n`)
  }
  await file.commit()
}

const EXAMPLES = [
  'parasol log restore --ciphertext enc1.envelope.…',
  'parasol log restore --in rows-without-keys.ndjson --out rows.ndjson',
  'parasol log restore --caller crm --from 2030-01-31T09:00 --to 2030-01-31T10:00 --out lost.ndjson',
]

const texts = catalogue(
  {
    description:
      'give back the records that a business system lost, each with its green key, as the service answered them',
    in: 'a file of what is left, a line each: {"key1":"…"} without its kms_encrypt_key, or a ciphertext',
    out: 'the file to write, whole or not at all; by default the standard output',
    force: 'replace the file to write if it exists',
    after:
      'A line of the result is {"key1":"…","kms_encrypt_key":"…"}, with --in in the order of its lines. Those that no\nbackup has are left out, and it ends with 2.',
    which: 'Say which records: by --in, or by --ciphertext, --green-key, --caller, --from and others',
    missing: (count: number) => `No backup has ${count} of what was asked for; the others are restored`,
    noRemnant: (line: number) => `Line ${line} of the input is neither a ciphertext nor a JSON object of them`,
  },
  {
    description: '恢复业务系统丢失的记录，连同绿钥，与服务当时的回答相同',
    in: '剩余数据的文件，每行一条：缺少 kms_encrypt_key 的 {"key1":"…"}，或一个密文',
    out: '要写入的文件；要么写完整，要么不写；默认为标准输出',
    force: '要写入的文件已存在时替换它',
    after: '结果每行为 {"key1":"…","kms_encrypt_key":"…"}，使用 --in 时与其行序相同。备份中没有的会略去，并以 2 结束。',
    which: '请说明要哪些记录：用 --in，或 --ciphertext、--green-key、--caller、--from 等',
    missing: (count) => `所求之中有 ${count} 条备份里没有；其余已恢复`,
    noRemnant: (line) => `输入的第 ${line} 行既不是密文，也不是由密文组成的 JSON 对象`,
  },
)
