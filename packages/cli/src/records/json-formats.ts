import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'
import { JsonRow } from './json-row.js'
import { endOfValue, skipBlank } from './json-scan.js'
import { recordsTexts } from './records-texts.js'
import { type Next, type RecordFormat, RowError, type RowReader } from './row.js'

/** One object a line. */
export function ndjsonFormat(): RecordFormat {
  const open: RecordFormat['open'] = (text, isLast) => {
    if (text.length < 3 && !isLast) return undefined
    return { reader: lines, end: text.startsWith('\xef\xbb\xbf') ? 3 : 0, lines: 0 }
  }
  return { name: 'ndjson', open }
}

const lines: RowReader = {
  head: () => '',
  separate: (row) => `${row}\n`,
  tail: () => '',
  next(text, at, isLast): Next | undefined {
    const newline = text.indexOf('\n', at)
    if (newline === -1 && !isLast) return undefined
    const end = newline === -1 ? text.length : newline + 1
    const line = text.slice(at, end).trim()
    return line === '' ? { end, lines: 1 } : { row: JsonRow.parse(line), end, lines: 1 }
  },
}

/** One array of objects. Blanks between them become line ends. */
export function jsonFormat(terminal: Terminal): RecordFormat {
  const { notArray } = recordsTexts(terminal)
  return {
    name: 'json',
    open(text, isLast) {
      const at = skipBlank(text, text.startsWith('\xef\xbb\xbf') ? 3 : 0)
      if (at >= text.length && !isLast) return undefined
      if (text[at] !== '[') throw new UsageError(notArray)
      return { reader: new ArrayReader(notArray), end: at + 1, lines: 0 }
    },
  }
}

class ArrayReader implements RowReader {
  readonly #notArray: string
  #isFirst = true
  #hasEnded = false

  constructor(notArray: string) {
    this.#notArray = notArray
  }

  head(): string {
    return '['
  }

  separate(row: string, index: number): string {
    return `${index === 0 ? '\n' : ',\n'}${row}`
  }

  tail(rows: number): string {
    return rows === 0 ? ']\n' : '\n]\n'
  }

  /** An element and what follows it: a comma, or the end of the array and of the file. @throws UsageError for what is no array */
  next(text: string, at: number, isLast: boolean): Next | undefined {
    const start = skipBlank(text, at)
    if (this.#hasEnded) return this.#afterEnd(text, start)
    if (start < text.length && text[start] === ']' && this.#isFirst) return this.#end(start + 1)
    const end = start < text.length ? endOfValue(text, start) : -1
    const after = end === -1 ? text.length : skipBlank(text, end)
    if (after >= text.length && !isLast) return undefined
    if (after >= text.length || end === start) throw new UsageError(this.#notArray)
    const row = text[start] === '{' ? JsonRow.parse(text.slice(start, end)) : new RowError('notObject')
    this.#isFirst = false
    if (text[after] === ']') return { ...this.#end(after + 1), row }
    if (text[after] === ',') return { row, end: after + 1, lines: 0 }
    throw new UsageError(this.#notArray)
  }

  resume(hasEnded: boolean): void {
    this.#isFirst = false
    this.#hasEnded = hasEnded
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  checkEnd(): void {
    if (!this.#hasEnded) throw new UsageError(this.#notArray)
  }

  #end(end: number): Next {
    this.#hasEnded = true
    return { end, lines: 0 }
  }

  #afterEnd(text: string, start: number): Next {
    if (start < text.length) throw new UsageError(this.#notArray)
    return { end: text.length, lines: 0 }
  }
}
