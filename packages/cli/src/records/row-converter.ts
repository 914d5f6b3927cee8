import { type GatheredRows, RowGatherer } from './gather-rows.js'
import type { Row } from './row.js'
import type { Position, RowSource } from './row-source.js'

/** What came of some rows. The bytes are good until the next ones are asked for. */
export interface ConvertedRows extends GatheredRows {
  /** After the rows. */
  readonly position: Position
  /** What the conversion has seen so far. */
  readonly seen: Iterable<string>
}

/** Converts the rows of a file in their order, some at a time. */
export type RowConverter = (source: RowSource, from?: Position) => AsyncIterable<ConvertedRows>

/** In this thread. */
export function convertHere(
  convert: (row: Row) => Promise<string>,
  seen: ReadonlySet<string>,
  atOnce: number,
): RowConverter {
  return async function* (source, from) {
    const gatherer = new RowGatherer(source.reader, convert, atOnce)
    for await (const { rows, position, isMoreAtHand } of source.batches(from)) {
      await gatherer.add(rows)
      if (isMoreAtHand) continue
      const { gathered } = gatherer
      yield { ...gathered, position, seen }
      gatherer.reset(gathered.bytes.buffer)
    }
  }
}
