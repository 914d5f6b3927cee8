import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'
import { JsonRow } from './json-row.js'
import { endOfValue, skipBlank } from './json-scan.js'
import { recordsTexts } from './records-texts.js'
import { type Next, type RecordFormat, RowError, type RowReader, type Skipped } from './row.js'

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
    const end = endOfLine(text, at, isLast)
    if (end === undefined) return undefined
    const line = text.slice(at, end).trim()
    return line === '' ? { end, lines: 1 } : { row: JsonRow.parse(line), end, lines: 1 }
  },
  skip(text, at, isLast): Skipped | undefined {
    const end = endOfLine(text, at, isLast)
    return end === undefined ? undefined : { end, lines: 1, isBlank: text.slice(at, end).trim() === '' }
  },
}

function endOfLine(text: string, at: number, isLast: boolean): number | undefined {
  const newline = text.indexOf('\n', at)
  if (newline === -1) return isLast ? text.length : undefined
  return newline + 1
}

/** One array of objects. Blanks between them become line ends. */
export function jsonFormat(terminal: Pick<Terminal, 'env'>): RecordFormat {
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

  next(text: string, at: number, isLast: boolean): Next | undefined {
    const element = this.#element(text, at, isLast)
    if (element?.valueEnd === undefined) return element
    const { start, valueEnd, end, lines } = element
    const row = text[start] === '{' ? JsonRow.parse(text.slice(start, valueEnd)) : new RowError('notObject')
    return { row, end, lines }
  }

  skip(text: string, at: number, isLast: boolean): Skipped | undefined {
    const element = this.#element(text, at, isLast)
    return element && { ...element, isBlank: element.valueEnd === undefined }
  }

  resume({ rows, hasEnded }: { readonly rows: number; readonly hasEnded: boolean }): void {
    this.#isFirst = rows === 0
    this.#hasEnded = hasEnded
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  checkEnd(): void {
    if (!this.#hasEnded) throw new UsageError(this.#notArray)
  }

  /** An element and what follows it: a comma, or the end of the array and of the file. @throws UsageError for what is no array */
  #element(text: string, at: number, isLast: boolean): Element | undefined {
    const start = skipBlank(text, at)
    if (this.#hasEnded) return this.#afterEnd(text, start)
    if (start < text.length && text[start] === ']' && this.#isFirst) return this.#end(start, start + 1)
    const valueEnd = start < text.length ? endOfValue(text, start) : -1
    const after = valueEnd === -1 ? text.length : skipBlank(text, valueEnd)
    if (after >= text.length && !isLast) return undefined
    if (after >= text.length || valueEnd === start) throw new UsageError(this.#notArray)
    this.#isFirst = false
    if (text[after] === ']') return { ...this.#end(start, after + 1), valueEnd }
    if (text[after] === ',') return { start, valueEnd, end: after + 1, lines: 0 }
    throw new UsageError(this.#notArray)
  }

  #end(start: number, end: number): Element {
    this.#hasEnded = true
    return { start, end, lines: 0 }
  }

  #afterEnd(text: string, start: number): Element {
    if (start < text.length) throw new UsageError(this.#notArray)
    return { start, end: text.length, lines: 0 }
  }
}

/** Without the end of a value it is what comes after the last one. */
interface Element {
  readonly start: number
  readonly valueEnd?: number
  readonly end: number
  readonly lines: number
}
