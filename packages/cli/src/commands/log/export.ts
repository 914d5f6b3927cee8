import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { print } from '../../print.js'
import { Progress } from '../../progress.js'
import type { Terminal } from '../../terminal.js'
import {
  addFilterOptions,
  addLogNameOption,
  addLogOptions,
  auditQuery,
  backupQuery,
  type FilterOptions,
  openLog,
} from './log-options.js'

interface ExportOptions extends FilterOptions {
  readonly out: string
  readonly force?: boolean
}

export function exportCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('export').description(text.description)
  addFilterOptions(addLogNameOption(command, terminal), terminal)
    .requiredOption('-o, --out <file>', text.out)
    .option('-f, --force', text.force)
  return addLogOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((options: ExportOptions) => exportLog(terminal, options))
}

async function exportLog(terminal: Terminal, options: ExportOptions): Promise<void> {
  const { log, out, force = false, json = false } = options
  const { findAudits, findBackups } = await import('@parasol/service')
  const { source } = await openLog(options, log)
  const found =
    log === 'backup'
      ? findBackups(source, backupQuery(terminal, options))
      : findAudits(source, auditQuery(terminal, options))
  const entries = await writeEntries(terminal, found, { out, force, json })
  print(terminal, options, { file: out, entries }, () => `${texts(terminal).done(entries, out)}\n`)
}

async function writeEntries(
  terminal: Terminal,
  found: AsyncIterable<object>,
  { out, force, json }: { readonly out: string; readonly force: boolean; readonly json: boolean },
): Promise<number> {
  const { AtomicFile } = await import('@parasol/core/files')
  const { throwIfAborted } = await import('@parasol/core')
  await using file = await AtomicFile.create(out, { overwrite: force })
  using progress = new Progress(terminal, { label: out, unit: 'rows', json })
  let count = 0
  for await (const entry of found) {
    throwIfAborted(terminal.signal)
    await file.write(`${JSON.stringify(entry)}\n`)
    progress.update(++count)
  }
  await file.commit()
  return count
}

const EXAMPLES = [
  'parasol log export --use-case customer --out customer.ndjson',
  'parasol log export --log audit --from 2030-01-01 --to 2031-01-01 --out audit-2030.ndjson',
]

const texts = catalogue(
  {
    description: 'write what a log holds to a file, one JSON object a line: all, or what fits every option',
    out: 'the file to write, whole or not at all',
    force: 'replace the file to write if it exists',
    done: (count: number, path: string) => `${count} entries in ${path}`,
  },
  {
    description: '把日志内容写入文件，每行一个 JSON 对象：全部，或符合所有选项的',
    out: '要写入的文件；要么写完整，要么不写',
    force: '要写入的文件已存在时替换它',
    done: (count, path) => `${count} 条已写入 ${path}`,
  },
)
