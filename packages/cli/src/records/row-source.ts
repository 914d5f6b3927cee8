import type { Opened, RecordFormat, Row, RowError, RowReader } from './row.js'

/** Where bytes come from. Only a file can be read from the middle. */
export interface ChunkSource {
  chunks(from: number): AsyncIterable<Uint8Array>
}

/** Between two rows. */
export interface Position {
  /** In bytes of the file. */
  readonly offset: number
  /** How many rows and lines were before. */
  readonly rows: number
  readonly lines: number
  readonly hasEnded: boolean
}

export interface PlacedRow {
  readonly row: Row | RowError
  /** From 1; a header is no row. */
  readonly number: number
  /** The line on which it begins, from 1. */
  readonly line: number
}

export interface Batch {
  readonly rows: readonly PlacedRow[]
  /** After the rows. */
  readonly position: Position
}

const MAX_ROW_BYTES = 16 * 1024 * 1024
const BATCH_ROWS = 500

/** The rows of a file in constant memory, some at a time. */
export class RowSource implements AsyncDisposable {
  readonly reader: RowReader
  readonly #source: ChunkSource
  readonly #tooLong: (row: number) => Error
  #text: Text
  #position: Position

  private constructor(
    { reader, end, lines }: Opened,
    text: Text,
    source: ChunkSource,
    tooLong: (row: number) => Error,
  ) {
    this.reader = reader
    this.#source = source
    this.#tooLong = tooLong
    this.#text = text
    this.#position = { offset: end, rows: 0, lines, hasEnded: false }
    text.at = end
  }

  /** @throws UsageError if it is not of this format */
  static async open(source: ChunkSource, format: RecordFormat, tooLong: (row: number) => Error): Promise<RowSource> {
    const text = new Text(source.chunks(0))
    try {
      for (;;) {
        await text.more()
        const opened = format.open(text.text, text.isLast)
        if (opened) return new RowSource(opened, text, source, tooLong)
        if (text.text.length > MAX_ROW_BYTES) throw tooLong(0)
      }
    } catch (error) {
      await text.close()
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#text.close()
  }

  get position(): Position {
    return this.#position
  }

  /** All rows, or those from a position on. */
  async *batches(from?: Position): AsyncGenerator<Batch> {
    if (from) await this.#goTo(from)
    try {
      for (;;) {
        const rows = this.#take()
        if (rows.length > 0) yield { rows, position: this.#position }
        if (rows.length === BATCH_ROWS) continue
        if (this.#text.isLast && this.#text.isEmpty) break
        if (!this.#text.isLast) await this.#text.more()
        if (this.#text.length > MAX_ROW_BYTES) throw this.#tooLong(this.#position.rows + 1)
      }
      this.reader.checkEnd?.()
    } finally {
      await this.#text.close()
    }
  }

  async #goTo(position: Position): Promise<void> {
    await this.#text.close()
    this.#text = new Text(this.#source.chunks(position.offset))
    this.#position = position
    this.reader.resume?.(position.hasEnded)
  }

  #take(): readonly PlacedRow[] {
    const text = this.#text
    const taken: PlacedRow[] = []
    let { offset, rows, lines } = this.#position
    while (taken.length < BATCH_ROWS && !text.isEmpty) {
      const next = this.reader.next(text.text, text.at, text.isLast)
      if (!next) break
      if (next.row) taken.push({ row: next.row, number: ++rows, line: lines + 1 })
      offset += next.end - text.at
      lines += next.lines
      text.at = next.end
    }
    this.#position = { offset, rows, lines, hasEnded: this.reader.hasEnded ?? false }
    return taken
  }
}

/** What was read and not taken yet, as one character a byte. */
class Text {
  text = ''
  at = 0
  isLast = false
  readonly #chunks: AsyncIterator<Uint8Array>

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  get length(): number {
    return this.text.length - this.at
  }

  get isEmpty(): boolean {
    return this.at >= this.text.length
  }

  async more(): Promise<void> {
    const { done, value } = await this.#chunks.next()
    this.isLast = done === true
    if (!value) return
    const { buffer, byteOffset, byteLength } = value
    this.text = this.text.slice(this.at) + Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
    this.at = 0
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
