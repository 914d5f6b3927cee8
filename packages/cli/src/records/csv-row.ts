import type { EncryptedRecord } from '@parasol/core'
import { cellText, formatCell } from './csv-cells.js'
import { type Row, RowError } from './row.js'
import { isToken } from './tokens.js'

/** What all rows of a CSV file have in common. */
export interface CsvLayout {
  readonly delimiter: string
  readonly names: readonly string[]
  readonly columns: ReadonlyMap<string, number>
  readonly keyColumn: number | undefined
}

/** A row of CSV, from one place of a text to another. Its cells are where `bounds` says, first and end of each. */
export class CsvRow implements Row {
  readonly #text: string
  readonly #start: number
  readonly #end: number
  readonly #bounds: readonly number[]
  readonly #layout: CsvLayout

  constructor(text: string, start: number, end: number, bounds: readonly number[], layout: CsvLayout) {
    this.#text = text
    this.#start = start
    this.#end = end
    this.#bounds = bounds
    this.#layout = layout
  }

  bound(column: string): string | undefined {
    return this.#value(column) || undefined
  }

  plaintexts(fields: readonly string[]): Record<string, string> {
    const texts: Record<string, string> = {}
    for (const field of fields) {
      const text = this.#value(field)
      if (isToken(text)) throw new RowError('alreadyEncrypted', field)
      if (text !== '') texts[field] = text
    }
    return texts
  }

  encrypted(): EncryptedRecord {
    const { names, keyColumn } = this.#layout
    const fields: Record<string, string> = {}
    for (let index = 0; index < names.length; index++) {
      const cell = this.#cell(index)
      if (index !== keyColumn && isToken(cell)) fields[names[index] as string] = cell
    }
    const key = keyColumn === undefined ? '' : this.#cell(keyColumn)
    return key === '' ? { fields } : { fields, key }
  }

  seal({ fields, key = '' }: EncryptedRecord, keys: 'with' | 'without'): string {
    const { keyColumn, delimiter } = this.#layout
    const edits = this.#editsOf(fields)
    if (keyColumn !== undefined) edits.push({ index: keyColumn, cell: keys === 'with' ? key : undefined })
    return this.#edit(edits, keys === 'with' && keyColumn === undefined ? `${delimiter}${key}` : '')
  }

  open(texts: Readonly<Record<string, string>>): string {
    const { delimiter, keyColumn } = this.#layout
    const edits = this.#editsOf(texts)
    for (const edit of edits) edit.cell = formatCell(edit.cell as string, delimiter)
    if (keyColumn !== undefined) edits.push({ index: keyColumn, cell: undefined })
    return this.#edit(edits, '')
  }

  #editsOf(cells: Readonly<Record<string, string>>): Edit[] {
    const { columns } = this.#layout
    return Object.keys(cells).map((name) => ({ index: columns.get(name) as number, cell: cells[name] }))
  }

  /** All between the cells stays as it is; the row ends with a line end. */
  #edit(edits: Edit[], further: string): string {
    const text = this.#text
    const bounds = this.#bounds
    let written = ''
    let from = this.#start
    for (const { index, cell } of edits.sort(byIndex)) {
      const [start, end] = [bounds[2 * index] as number, bounds[2 * index + 1] as number]
      if (cell === undefined) {
        // The delimiter goes with a cell: that before it, or behind the first one.
        written += text.slice(from, index === 0 ? start : Math.max(from, bounds[2 * index - 1] as number))
        from = index === 0 ? (bounds[2] ?? end) : end
      } else {
        written += text.slice(from, start) + cell
        from = end
      }
    }
    const endOfCells = bounds[bounds.length - 1] as number
    const lineEnd = endOfCells < this.#end ? text.slice(endOfCells, this.#end) : '\n'
    return written + text.slice(from, endOfCells) + further + lineEnd
  }

  #cell(index: number): string {
    return this.#text.slice(this.#bounds[2 * index], this.#bounds[2 * index + 1])
  }

  #value(name: string): string {
    const text = cellText(this.#cell(this.#layout.columns.get(name) as number))
    if (text === undefined) throw new RowError('notUtf8', name)
    return text
  }
}

interface Edit {
  readonly index: number
  /** Undefined for one that goes. */
  cell: string | undefined
}

function byIndex(a: Edit, b: Edit): number {
  return a.index - b.index
}
