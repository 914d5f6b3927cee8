import { convertRows, type RowFailure } from './convert-rows.js'
import type { Row, RowReader } from './row.js'
import type { PlacedRow } from './row-source.js'

/** Some rows as they are written, none of which is the first of the file. */
export interface GatheredRows {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** How many are in the bytes. */
  readonly written: number
  readonly failures: readonly RowFailure[]
}

/** Converts rows and puts the results one after the other into memory that is used for all of them. */
export class RowGatherer {
  readonly #reader: RowReader
  readonly #convert: (row: Row) => Promise<string>
  readonly #atOnce: number
  #memory = Buffer.from(new ArrayBuffer(0))
  #length = 0
  #written = 0
  #failures: RowFailure[] = []

  constructor(reader: RowReader, convert: (row: Row) => Promise<string>, atOnce: number) {
    this.#reader = reader
    this.#convert = convert
    this.#atOnce = atOnce
  }

  /** Begins anew, in memory that is given back. */
  reset(memory: ArrayBuffer): void {
    this.#memory = Buffer.from(memory)
    this.#length = 0
    this.#written = 0
    this.#failures = []
  }

  async add(rows: readonly PlacedRow[]): Promise<void> {
    for (const result of await convertRows(rows, this.#convert, this.#atOnce)) {
      if (typeof result === 'string') this.#place(this.#reader.separate(result, 1))
      else this.#failures.push(result)
    }
  }

  /** What was gathered since the beginning. */
  get gathered(): GatheredRows {
    return { bytes: this.#memory.subarray(0, this.#length), written: this.#written, failures: this.#failures }
  }

  #place(raw: string): void {
    const needed = this.#length + raw.length
    if (needed > this.#memory.length) {
      const larger = Buffer.from(new ArrayBuffer(Math.max(2 * needed, 512 * 1024)))
      this.#memory.copy(larger, 0, 0, this.#length)
      this.#memory = larger
    }
    this.#length += this.#memory.write(raw, this.#length, 'latin1')
    this.#written++
  }
}

/** How many of the first bytes are only there because a row is not the first. */
export function separatorBytes(reader: RowReader): number {
  return reader.separate('', 1).length - reader.separate('', 0).length
}
