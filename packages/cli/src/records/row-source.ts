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
  /** Whether another batch comes at once, perhaps an empty one. */
  readonly isMoreAtHand: boolean
}

/** Whole rows, as they stand in the file. */
export interface Block {
  readonly text: string
  readonly from: Position
  readonly position: Position
}

const MAX_ROW_BYTES = 16 * 1024 * 1024
/**
 * What comes of few rows is dropped while it is young. That of many would outlive collections of garbage, and then be kept
 * until much of it has come together, in every thread.
 */
const BATCH_ROWS = 64

/** The rows of a block, some at a time. */
export function* rowsOf(reader: RowReader, { text, from }: Block): Generator<readonly PlacedRow[]> {
  reader.resume?.(from)
  for (let [at, position] = [0, from]; at < text.length; ) {
    const taking = new Taking(text, at, position)
    yield taking.rows(reader, true)
    at = taking.at
    position = taking.position(reader)
  }
}

/** The rows of a file in constant memory, some at a time. */
export class RowSource implements AsyncDisposable {
  readonly reader: RowReader
  /** What comes before the rows, as it stands in the file. */
  readonly head: string
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
    this.head = text.text.slice(0, end)
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
    yield* this.#each(from, (taking, isLast) => {
      const rows = taking.rows(this.reader, isLast)
      return { count: rows.length, found: (position) => ({ rows, position, isMoreAtHand: taking.isFull }) }
    })
  }

  /** The same without looking into them. */
  async *blocks(from?: Position): AsyncGenerator<Block> {
    yield* this.#each(from, (taking, isLast) => {
      const text = taking.text(this.reader, isLast)
      const from = this.#position
      return { count: text.length, found: (position) => ({ text, from, position }) }
    })
  }

  async *#each<T>(
    from: Position | undefined,
    take: (taking: Taking, isLast: boolean) => { count: number; found: (position: Position) => T },
  ): AsyncGenerator<T> {
    if (from) await this.#goTo(from)
    let wasFull = false
    try {
      for (;;) {
        const text = this.#text
        const taking = new Taking(text.text, text.at, this.#position)
        const { count, found } = take(taking, text.isLast)
        text.at = taking.at
        this.#position = taking.position(this.reader)
        // Whoever was told that more is at hand is told when it is not.
        if (count > 0 || wasFull) yield found(this.#position)
        wasFull = taking.isFull
        if (wasFull) continue
        if (text.isLast && text.isEmpty) break
        if (!text.isLast) await text.more()
        if (text.length > MAX_ROW_BYTES) throw this.#tooLong(this.#position.rows + 1)
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
    this.reader.resume?.(position)
  }
}

/** Some rows of a text, from a place in it on. */
class Taking {
  at: number
  isFull = false
  readonly #text: string
  #offset: number
  #rows: number
  #lines: number

  constructor(text: string, at: number, { offset, rows, lines }: Position) {
    this.#text = text
    this.at = at
    this.#offset = offset
    this.#rows = rows
    this.#lines = lines
  }

  position({ hasEnded = false }: RowReader): Position {
    return { offset: this.#offset, rows: this.#rows, lines: this.#lines, hasEnded }
  }

  rows(reader: RowReader, isLast: boolean): readonly PlacedRow[] {
    const taken: PlacedRow[] = []
    this.#take(
      BATCH_ROWS,
      () => reader.next(this.#text, this.at, isLast),
      ({ row }) => {
        if (row) taken.push({ row, number: ++this.#rows, line: this.#lines + 1 })
      },
    )
    return taken
  }

  text(reader: RowReader, isLast: boolean): string {
    const start = this.at
    this.#take(
      Number.POSITIVE_INFINITY,
      () => reader.skip(this.#text, this.at, isLast),
      ({ isBlank }) => {
        if (!isBlank) this.#rows++
      },
    )
    return this.#text.slice(start, this.at)
  }

  #take<T extends { readonly end: number; readonly lines: number }>(
    most: number,
    next: () => T | undefined,
    see: (found: T) => void,
  ): void {
    const before = this.#rows
    while (this.at < this.#text.length) {
      if (this.#rows - before >= most) {
        this.isFull = true
        return
      }
      const found = next()
      if (!found) return
      see(found)
      this.#offset += found.end - this.at
      this.#lines += found.lines
      this.at = found.end
    }
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
