import { setMaxListeners } from 'node:events'
import type { openCrypto } from '@parasol/config'
import { isReEncrypting, type Kms } from '@parasol/core'
import type { Terminal } from '../terminal.js'
import { BlockConverter } from './block-converter.js'
import { boundColumns } from './bound-columns.js'
import { conversionOf, type RowJob } from './conversion.js'
import type { RecordOptions } from './record-options.js'
import type { Row, RowReader } from './row.js'
import { convertHere, type RowConverter } from './row-converter.js'
import { rowFormat } from './row-format.js'
import type { RowInput } from './row-input.js'
import type { RowSource } from './row-source.js'

export interface ConverterParts {
  readonly crypto: Awaited<ReturnType<typeof openCrypto>>
  readonly job: RowJob
  readonly options: RecordOptions
  readonly input: RowInput
  readonly source: RowSource
  readonly keys: 'with' | 'without'
  readonly seen: Set<string>
}

export interface OpenConverter extends AsyncDisposable {
  readonly convert: RowConverter
}

/** A thread costs more than to encrypt a file of this size. */
const BYTES_OF_A_WORKER = 256 * 1024

/** Converts rows in this thread, or in as many as were asked for, if there is enough for them to do. */
export async function openConverter(terminal: Terminal, parts: ConverterParts): Promise<OpenConverter> {
  const { options, seen, input } = parts
  // Each row that waits for a KMS listens.
  setMaxListeners(0, terminal.signal)
  const convert = converterHere(terminal, parts)
  const { size = Number.POSITIVE_INFINITY } = input
  const workers = Math.min(options.workers, Math.floor(size / BYTES_OF_A_WORKER))
  if (workers > 1) return openThreads(terminal, parts, convert, workers - 1)
  return { convert: convertHere(convert, seen, options.atOnce), [Symbol.asyncDispose]: async () => undefined }
}

function converterHere(terminal: Terminal, { crypto: { router }, job, options, keys, seen }: ConverterParts) {
  return conversionOf(terminal, job).converter({
    cipher: router.for(options.useCase),
    other: (name) => router.for(name),
    bound: boundColumns(terminal, options),
    keys,
    seen,
    signal: terminal.signal,
  })
}

async function openThreads(
  { env, signal }: Terminal,
  { crypto, job, options, input, source, keys, seen }: ConverterParts,
  convert: (row: Row) => Promise<string>,
  threads: number,
): Promise<OpenConverter> {
  const { RowWorkers } = await import('./workers/row-workers.js')
  const { config, useCase, atOnce, context, contextColumns, withoutContext } = options
  const format = input.choice
  const reader = rowFormat({ env }, format).open(source.head, true)?.reader as RowReader
  const workers = new RowWorkers({
    threads,
    signal,
    here: new BlockConverter(reader, convert, { atOnce, seen }),
    kmsOf: (name) => crypto.kms(name),
    setup: {
      job,
      bound: {
        ...(context && { context }),
        ...(contextColumns && { contextColumns }),
        ...(withoutContext && { withoutContext }),
      },
      config,
      env: { ...env },
      useCase,
      keys,
      format,
      head: source.head,
      atOnce,
      kms: new Map(crypto.kmsNames.map((name) => [name, traitsOf(crypto.kms(name))])),
    },
  })
  return {
    convert: (rows, from) => workers.convert(rows, from),
    [Symbol.asyncDispose]: () => workers[Symbol.asyncDispose](),
  }
}

function traitsOf(kms: Kms) {
  return { maxPlaintextBytes: kms.maxPlaintextBytes, reEncrypts: isReEncrypting(kms) }
}
