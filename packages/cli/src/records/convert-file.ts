import { resolve } from 'node:path'
import { loadConfig, openConfig } from '@parasol/config'
import { Incomplete } from '../incomplete.js'
import { print } from '../print.js'
import { Resumable } from '../resumable-error.js'
import { withSchemeAsTarget } from '../scheme-as-target.js'
import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'
import { boundColumns } from './bound-columns.js'
import { conversionOf, type RowConversion, type RowJob } from './conversion.js'
import { openConverter } from './open-converter.js'
import type { RecordOptions } from './record-options.js'
import { recordsTexts } from './records-texts.js'
import { ResumableFile } from './resumable-file.js'
import { openRowInput, type RowInput } from './row-input.js'
import { type RowSink, streamSink } from './row-sink.js'
import { RowSource } from './row-source.js'
import { runRecords, type State, type Summary } from './run-records.js'
import { similarName } from './similar-name.js'

/** Converts the rows of a file, or of a pipe, and says what came of it. */
export async function convertRowFile(
  terminal: Terminal,
  path: string | undefined,
  options: RecordOptions,
  job: RowJob,
): Promise<void> {
  const conversion = conversionOf(terminal, job)
  const bound = boundColumns(terminal, options)
  if (options.json && options.out === undefined) throw new UsageError(recordsTexts(terminal).jsonNeedsOut)
  if (options.inPlace && options.onError === 'skip') throw new UsageError(recordsTexts(terminal).skipInPlace)
  const input = await openRowInput(terminal, path, options)
  await using source = await openSource(terminal, input)
  checkColumns(terminal, source, [...conversion.fields, ...bound.columns], conversion)
  await using crypto = await openFor(terminal, options, job)
  await using sink = await openSink(terminal, input, options, job)
  const seen = new Set<string>()
  const keys = conversion.keys(crypto.router.for(conversion.target ?? options.useCase).recordsHaveKey)
  await using converter = await openConverter(terminal, { crypto, job, options, input, source, keys, seen })
  try {
    const summary = await runRecords(terminal, source, sink, {
      convert: converter.convert,
      keys,
      onError: options.onError,
      totalBytes: input.size,
      label: path ?? '-',
      json: options.json ?? false,
      hasLines: input.format.name !== 'json',
      seen,
      checkSeen: () => conversion.checkSeen(seen),
    })
    report(terminal, options, summary)
  } catch (error) {
    // What a person has to mend changes the job; what only was in the way can be gone on with.
    if (isOfTheInput(error)) await sink.discard()
    if (terminal.signal.aborted && sink.canGoOn) throw new Resumable(recordsTexts(terminal).interrupted)
    throw error
  }
}

async function openFor(terminal: Terminal, { config: path, useCase }: RecordOptions, job: RowJob) {
  const config = await loadConfig(path, { env: terminal.env })
  return openConfig('to' in job ? withSchemeAsTarget(terminal, config, { to: job.to, useCase }) : config)
}

async function openSource(terminal: Terminal, { source, format }: RowInput): Promise<RowSource> {
  return RowSource.open(source, format, (row) => new UsageError(recordsTexts(terminal).tooLong(row)))
}

function checkColumns(
  terminal: Terminal,
  { reader }: RowSource,
  names: readonly string[],
  conversion: RowConversion,
): void {
  const { columns } = reader
  if (!columns) return
  for (const name of names) {
    if (columns.has(name)) continue
    const { noColumn } = recordsTexts(terminal)
    throw new UsageError(noColumn(name, similarName(name, columns.keys()), columns.size))
  }
  conversion.check?.(columns)
}

async function openSink(
  terminal: Terminal,
  { identity, mode }: RowInput,
  options: RecordOptions,
  job: RowJob,
): Promise<RowSink<State>> {
  const {
    out,
    report,
    force = false,
    inPlace = false,
    resume,
    useCase,
    context,
    contextColumns,
    delimiter,
    onError,
  } = options
  if (out === undefined) return streamSink<State>(terminal, report)
  const whole = {
    ...job,
    identity,
    useCase,
    context,
    contextColumns,
    delimiter,
    onError,
    report: report && resolve(report),
  }
  return ResumableFile.open<State>(out, {
    job: whole,
    overwrite: force || inPlace,
    mode: inPlace ? mode : undefined,
    resume: resume && identity !== undefined,
    report,
  })
}

function report(terminal: Terminal, options: RecordOptions, summary: Summary): void {
  const { out: file, json = false } = options
  const texts = recordsTexts(terminal)
  if (json) print(terminal, { json }, { file, ...summary }, () => '')
  else if (terminal.stderr.isTTY) terminal.stderr.write(`${texts.done(summary.rows, summary.resumedAt)}\n`)
  if (summary.failed > 0)
    throw new Incomplete('ROWS_FAILED', texts.rowsFailed(summary.failed, summary.rows, options.report))
}

function isOfTheInput(error: unknown): boolean {
  const { code } = Object(error) as { code?: string }
  return error instanceof UsageError || (code !== undefined && OF_THE_INPUT.has(code))
}

const OF_THE_INPUT: ReadonlySet<string> = new Set([
  'INVALID_INPUT',
  'PLAINTEXT_TOO_LARGE',
  'DECRYPTION_FAILED',
  'SCHEME_NOT_ALLOWED',
  'UNSUPPORTED',
])
