import { type EncryptedRecord, WRAPPED_KEY_FIELD } from '@parasol/core'
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

/** A row of CSV. Its cells are where `bounds` says, first and end of each. */
export class CsvRow implements Row {
  readonly raw: string
  readonly #bounds: readonly number[]
  readonly #layout: CsvLayout

  constructor(raw: string, bounds: readonly number[], layout: CsvLayout) {
    this.raw = raw
    this.#bounds = bounds
    this.#layout = layout
  }

  bound(column: string): string | undefined {
    return this.#text(column) || undefined
  }

  plaintexts(fields: readonly string[]): Record<string, string> {
    const texts: Record<string, string> = Object.create(null)
    for (const field of fields) {
      const text = this.#text(field)
      if (isToken(text)) throw new RowError('alreadyEncrypted', field)
      if (text !== '') texts[field] = text
    }
    return texts
  }

  encrypted(): EncryptedRecord {
    const { names, keyColumn } = this.#layout
    const fields: Record<string, string> = Object.create(null)
    for (const [index, name] of names.entries()) {
      const cell = this.#cell(index)
      if (index !== keyColumn && isToken(cell)) fields[name] = cell
    }
    const key = keyColumn === undefined ? '' : this.#cell(keyColumn)
    return key === '' ? { fields } : { fields, key }
  }

  seal({ fields, key = '' }: EncryptedRecord, keys: 'with' | 'without'): string {
    const { keyColumn, delimiter } = this.#layout
    if (keyColumn !== undefined) return this.#splice({ ...fields, [WRAPPED_KEY_FIELD]: key })
    return keys === 'with' ? this.#splice(fields, `${delimiter}${key}`) : this.#splice(fields)
  }

  open(texts: Readonly<Record<string, string>>): string {
    const { delimiter } = this.#layout
    const cells: Record<string, string> = Object.create(null)
    for (const name of Object.keys(texts)) cells[name] = formatCell(texts[name] as string, delimiter)
    return this.#splice(cells, '', this.#layout.keyColumn)
  }

  /** All between the cells stays as it is. */
  #splice(cells: Readonly<Record<string, string>>, further = '', dropped?: number): string {
    const { raw } = this
    const bounds = this.#bounds
    const { names, columns } = this.#layout
    let written = ''
    let from = 0
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string
      const [start, end] = [bounds[2 * index] as number, bounds[2 * index + 1] as number]
      if (index === dropped) {
        // The delimiter goes with it: that before, or for the first cell that behind.
        written += raw.slice(from, index === 0 ? start : (bounds[2 * index - 1] as number))
        from = index === 0 && names.length > 1 ? (bounds[2] as number) : end
      } else if (Object.hasOwn(cells, name) && columns.get(name) === index) {
        written += raw.slice(from, start) + cells[name]
        from = end
      }
    }
    const endOfCells = bounds[bounds.length - 1] as number
    return written + raw.slice(from, endOfCells) + further + raw.slice(endOfCells)
  }

  #cell(index: number): string {
    return this.raw.slice(this.#bounds[2 * index], this.#bounds[2 * index + 1])
  }

  #text(name: string): string {
    const text = cellText(this.#cell(this.#layout.columns.get(name) as number))
    if (text === undefined) throw new RowError('notUtf8', name)
    return text
  }
}
