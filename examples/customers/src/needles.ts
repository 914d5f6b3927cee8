import { withoutHeader } from './protect-rows.js'
import type { Table } from './table.js'

/** Shorter values occur by chance in random bytes. */
const MIN_BYTES = 9
const MAX_VALUES = 20_000

interface Needle {
  readonly column: string
  readonly bytes: string
}

/** The protected values of a table, up to a number that fits into memory, found fast by their first bytes. */
export class Needles {
  readonly #byBeginning = new Map<string, Needle[]>()
  #count = 0
  #longest = 0

  static async of(table: Table): Promise<Needles> {
    const needles = new Needles()
    const positions = table.fields.map((name) => table.columns.indexOf(name))
    for await (const { cells } of withoutHeader(table.file)) {
      if (needles.#count >= MAX_VALUES) break
      for (const position of positions) needles.#add(table.columns[position] ?? '', cells[position] ?? '')
    }
    return needles
  }

  get count(): number {
    return this.#count
  }

  /** The column of the first value that is found. */
  async findIn(content: AsyncIterable<Uint8Array>): Promise<string | undefined> {
    let text = ''
    for await (const chunk of content) {
      text = text.slice(-Math.max(this.#longest - 1, 0)) + Buffer.from(chunk).toString('latin1')
      const found = this.#find(text)
      if (found) return found.column
    }
    return undefined
  }

  #add(column: string, value: string): void {
    const bytes = Buffer.from(value).toString('latin1')
    if (bytes.length < MIN_BYTES) return
    const beginning = bytes.slice(0, MIN_BYTES)
    const others = this.#byBeginning.get(beginning)
    if (others) others.push({ column, bytes })
    else this.#byBeginning.set(beginning, [{ column, bytes }])
    this.#count++
    this.#longest = Math.max(this.#longest, bytes.length)
  }

  #find(text: string): Needle | undefined {
    for (let start = 0; start + MIN_BYTES <= text.length; start++) {
      const candidates = this.#byBeginning.get(text.slice(start, start + MIN_BYTES))
      const found = candidates?.find(({ bytes }) => text.startsWith(bytes, start))
      if (found) return found
    }
    return undefined
  }
}
