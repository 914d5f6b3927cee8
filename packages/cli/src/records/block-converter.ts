import { type GatheredRows, RowGatherer } from './gather-rows.js'
import type { Row, RowReader } from './row.js'
import { type Block, rowsOf } from './row-source.js'

export interface ConvertedBlock extends GatheredRows {
  /** What the conversion has seen so far. */
  readonly seen: readonly string[]
}

/** Converts whole blocks of rows, one after the other, in the thread that has read them or in another. */
export class BlockConverter {
  readonly #reader: RowReader
  readonly #gatherer: RowGatherer
  readonly #seen: ReadonlySet<string>

  /** @param reader of its own, since that of the file is where the last block ends */
  constructor(
    reader: RowReader,
    convert: (row: Row) => Promise<string>,
    { atOnce, seen }: { readonly atOnce: number; readonly seen: ReadonlySet<string> },
  ) {
    this.#reader = reader
    this.#gatherer = new RowGatherer(reader, convert, atOnce)
    this.#seen = seen
  }

  /** @param memory for the bytes; if they need more, they come in other memory */
  async convert(block: Block, memory: ArrayBuffer): Promise<ConvertedBlock> {
    this.#gatherer.reset(memory)
    for (const rows of rowsOf(this.#reader, block)) await this.#gatherer.add(rows)
    return { ...this.#gatherer.gathered, seen: [...this.#seen] }
  }
}
