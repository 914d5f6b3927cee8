import { WRAPPED_KEY_FIELD } from '@parasol/core'
import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'
import { cellText, scanCells } from './csv-cells.js'
import { type CsvLayout, CsvRow } from './csv-row.js'
import { recordsTexts } from './records-texts.js'
import { type Next, type Opened, type RecordFormat, RowError, type RowReader, type Skipped } from './row.js'

/** CSV (RFC 4180) with a header. Cells that are not touched keep their bytes. */
export function csvFormat(terminal: Pick<Terminal, 'env'>, delimiter: string): RecordFormat {
  return {
    name: 'csv',
    open(text, isLast): Opened | undefined {
      const at = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0
      const bounds: number[] = []
      const found = scanCells(text, at, delimiter.charCodeAt(0), bounds, isLast)
      if (!found && !isLast) return undefined
      if (!found || found.end === -1) throw new UsageError(recordsTexts(terminal).noHeader)
      const reader = new CsvReader(text.slice(0, found.end), bounds, delimiter)
      reader.check(terminal)
      return { reader, end: found.end, lines: found.lines }
    },
  }
}

const BYTE_ORDER_MARK = '\xef\xbb\xbf'

class CsvReader implements RowReader {
  readonly columns: ReadonlyMap<string, number>
  readonly #layout: CsvLayout
  readonly #header: CsvRow
  readonly #code: number
  readonly #bounds: number[] = []
  #quoteIn = ''
  #quoteAt = -1

  constructor(header: string, bounds: readonly number[], delimiter: string) {
    const cells = bounds.flatMap((start, index) => (index % 2 === 0 ? [header.slice(start, bounds[index + 1])] : []))
    const names = cells.map((cell) => cellText(cell)?.trim() ?? '')
    this.columns = new Map(names.map((name, index) => [name, index]))
    this.#layout = { delimiter, columns: this.columns, names, keyColumn: this.columns.get(WRAPPED_KEY_FIELD) }
    this.#header = new CsvRow(header, 0, header.length, bounds, this.#layout)
    this.#code = delimiter.charCodeAt(0)
  }

  /** @throws UsageError for a header that names columns twice, or not at all */
  check(terminal: Pick<Terminal, 'env'>): void {
    const { names } = this.#layout
    if (names.includes('') || names.includes('__proto__')) throw new UsageError(recordsTexts(terminal).noHeader)
    const second = names.findIndex((name, index) => names.indexOf(name) !== index)
    if (second === -1) return
    const first = names.indexOf(names[second] as string)
    throw new UsageError(recordsTexts(terminal).columnTwice(first + 1, second + 1))
  }

  head(keys: 'with' | 'without'): string {
    const named = { fields: {}, key: WRAPPED_KEY_FIELD }
    return keys === 'with' ? this.#header.seal(named, 'with') : this.#header.open({})
  }

  separate(row: string): string {
    return row
  }

  tail(): string {
    return ''
  }

  next(text: string, at: number, isLast: boolean): Next | undefined {
    const bounds = this.#bounds
    const found = scanCells(text, at, this.#code, bounds, isLast)
    if (!found) return isLast ? { row: new RowError('badQuote'), end: text.length, lines: 1 } : undefined
    if (found.end === -1) return skipLine(text, at, isLast)
    const { end, lines } = found
    if (bounds.length === 2 && bounds[1] === at) return { end, lines }
    if (bounds.length !== 2 * this.#layout.names.length) return { row: new RowError('cellCount'), end, lines }
    return { row: new CsvRow(text, at, end, bounds.slice(), this.#layout), end, lines }
  }

  skip(text: string, at: number, isLast: boolean): Skipped | undefined {
    const newline = text.indexOf('\n', at)
    if (newline !== -1 && newline < this.#nextQuote(text, at)) {
      const isBlank = newline === at || (newline === at + 1 && text[at] === '\r')
      return { end: newline + 1, lines: 1, isBlank }
    }
    const next = this.next(text, at, isLast)
    return next && { end: next.end, lines: next.lines, isBlank: next.row === undefined }
  }

  /** Looked for once in a text that has none, and not for each row. */
  #nextQuote(text: string, at: number): number {
    if (this.#quoteIn !== text || this.#quoteAt < at) {
      const found = text.indexOf('"', at)
      this.#quoteAt = found === -1 ? text.length : found
      this.#quoteIn = text
    }
    return this.#quoteAt
  }
}

/** After a quote where none can be, the next line may be good again. */
function skipLine(text: string, at: number, isLast: boolean): Next | undefined {
  const newline = text.indexOf('\n', at)
  if (newline === -1 && !isLast) return undefined
  return { row: new RowError('badQuote'), end: newline === -1 ? text.length : newline + 1, lines: 1 }
}
