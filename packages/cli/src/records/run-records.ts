import { throwIfAborted } from '@parasol/core'
import { Progress } from '../progress.js'
import type { Terminal } from '../terminal.js'
import type { RowFailure } from './convert-rows.js'
import { describeFailure, rowStopped } from './failures.js'
import { separatorBytes } from './gather-rows.js'
import type { ConvertedRows, RowConverter } from './row-converter.js'
import type { RowSink } from './row-sink.js'
import type { Position, RowSource } from './row-source.js'

export interface RecordsWork {
  readonly convert: RowConverter
  /** Whether rows have a wrapped key afterwards. */
  readonly keys: 'with' | 'without'
  readonly onError: 'stop' | 'skip'
  /** Of the source, if it is known. */
  readonly totalBytes?: number | undefined
  readonly label: string
  readonly json: boolean
  /** Whether the file has lines, to name them in failures. */
  readonly hasLines: boolean
  /** What is remembered over a stop, beside the position. */
  readonly seen: Set<string>
  /** Before the end. @throws UsageError */
  readonly checkSeen: () => void
}

export interface State {
  readonly position: Position
  readonly written: number
  readonly failed: number
  readonly seen: readonly string[]
}

export interface Summary {
  readonly rows: number
  readonly failed: number
  /** The rows that a former run had done. */
  readonly resumedAt?: number
}

const SAVE_EVERY_MS = 500
const SAVE_EVERY_BYTES = 4 * 1024 * 1024

/** Converts all rows of a source into a sink, goes on where a stopped run was, and makes the result whole at the end. */
export async function runRecords(
  terminal: Terminal,
  source: RowSource,
  sink: RowSink<State>,
  work: RecordsWork,
): Promise<Summary> {
  const { resumed } = sink
  for (const field of resumed?.seen ?? []) work.seen.add(field)
  const run = new Run(terminal, source, sink, work, resumed)
  const state = sink.isWhole && resumed ? resumed : await run.toEnd()
  await sink.commit(state)
  const { rows } = state.position
  return { rows, failed: state.failed, ...(resumed && { resumedAt: resumed.position.rows }) }
}

class Run {
  readonly #terminal: Terminal
  readonly #source: RowSource
  readonly #sink: RowSink<State>
  readonly #work: RecordsWork
  readonly #from: Position | undefined
  #written: number
  #failed: number
  #saved = performance.now()
  #unsaved = 0

  constructor(terminal: Terminal, source: RowSource, sink: RowSink<State>, work: RecordsWork, resumed?: State) {
    this.#terminal = terminal
    this.#source = source
    this.#sink = sink
    this.#work = work
    this.#from = resumed?.position
    this.#written = resumed?.written ?? 0
    this.#failed = resumed?.failed ?? 0
  }

  async toEnd(): Promise<State> {
    const { label, totalBytes, json, keys } = this.#work
    const total = totalBytes === undefined ? {} : { total: totalBytes }
    using progress = new Progress(this.#terminal, { label, ...total, unit: 'bytes', json })
    progress.update(this.#from?.offset ?? 0)
    if (!this.#from) await this.#sink.write(bytesOf(this.#source.reader.head(keys)))
    let position = this.#source.position
    for await (const rows of this.#work.convert(this.#source, this.#from)) {
      throwIfAborted(this.#terminal.signal)
      position = rows.position
      await this.#write(rows)
      progress.update(position.offset)
      await this.#saveNowAndThen(position)
    }
    this.#work.checkSeen()
    await this.#sink.write(bytesOf(this.#source.reader.tail(this.#written)))
    return this.#state(position)
  }

  async #write({ bytes, written, failures, seen }: ConvertedRows): Promise<void> {
    for (const failure of failures) await this.#fail(failure)
    for (const field of seen) this.#work.seen.add(field)
    const surplus = this.#written === 0 && written > 0 ? separatorBytes(this.#source.reader) : 0
    await this.#sink.write(bytes.subarray(surplus))
    this.#written += written
    this.#unsaved += bytes.length
  }

  async #fail(failure: RowFailure): Promise<void> {
    const { onError, hasLines } = this.#work
    if (onError === 'stop') throw rowStopped(this.#terminal, failure, hasLines)
    this.#failed++
    const line = JSON.stringify(describeFailure(this.#terminal, failure, hasLines))
    await this.#sink.report(Buffer.from(`${line}\n`))
  }

  async #saveNowAndThen(position: Position): Promise<void> {
    if (performance.now() - this.#saved < SAVE_EVERY_MS && this.#unsaved < SAVE_EVERY_BYTES) return
    await this.#sink.save(this.#state(position))
    this.#saved = performance.now()
    this.#unsaved = 0
  }

  #state(position: Position): State {
    return { position, written: this.#written, failed: this.#failed, seen: [...this.#work.seen] }
  }
}

function bytesOf(raw: string): Uint8Array {
  return Buffer.from(raw, 'latin1')
}
