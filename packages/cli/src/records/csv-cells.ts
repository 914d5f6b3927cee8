import { toRaw, toText } from './latin1.js'

const QUOTE = 34
const NEWLINE = 10
const RETURN = 13

export type CellsEnd = { readonly end: number; readonly endOfCells: number; readonly lines: number }

/**
 * Finds the cells of a CSV row (RFC 4180): the first and the end of each go into `bounds`, with their quotes. Gives
 * undefined if the text ends before the row does, and -1 in place of an end for a quote where none can be.
 */
export function scanCells(
  text: string,
  at: number,
  delimiter: number,
  bounds: number[],
  isLast: boolean,
): CellsEnd | undefined {
  let lines = 0
  bounds.length = 0
  for (let position = at; ; position++) {
    const start = position
    if (text.charCodeAt(position) === QUOTE) {
      position = endOfQuoted(text, position)
      if (position === -1) return undefined
      lines += countLines(text, start, position)
      // Whether another quote follows is not known yet.
      if (position === text.length && !isLast) return undefined
    } else {
      position = endOfPlain(text, position, delimiter)
      if (text.charCodeAt(position) === QUOTE) return malformed(lines)
    }
    bounds.push(start, position)
    const code = text.charCodeAt(position)
    if (code === delimiter) continue
    if (code === NEWLINE) return { end: position + 1, endOfCells: position, lines: lines + 1 }
    if (code === RETURN && text.charCodeAt(position + 1) === NEWLINE)
      return { end: position + 2, endOfCells: position, lines: lines + 1 }
    if (position >= text.length || (code === RETURN && position + 1 >= text.length)) {
      return isLast ? { end: text.length, endOfCells: position, lines: lines + 1 } : undefined
    }
    return malformed(lines)
  }
}

/** The text of a cell; undefined if it is not UTF-8. */
export function cellText(raw: string): string | undefined {
  return toText(raw.charCodeAt(0) === QUOTE ? raw.slice(1, -1).replaceAll('""', '"') : raw)
}

/** A cell that has this text, in quotes only if it must be. */
export function formatCell(text: string, delimiter: string): string {
  const needsQuotes = /["\r\n]|^[ \t]|[ \t]$/.test(text) || text.includes(delimiter)
  return toRaw(needsQuotes ? `"${text.replaceAll('"', '""')}"` : text)
}

function malformed(lines: number): CellsEnd {
  return { end: -1, endOfCells: -1, lines }
}

/** The position after the closing quote; -1 if there is none. */
function endOfQuoted(text: string, at: number): number {
  for (let position = at + 1; ; position += 2) {
    position = text.indexOf('"', position)
    if (position === -1) return -1
    if (text.charCodeAt(position + 1) !== QUOTE) return position + 1
  }
}

function endOfPlain(text: string, at: number, delimiter: number): number {
  for (let position = at; position < text.length; position++) {
    const code = text.charCodeAt(position)
    if (code === delimiter || code === NEWLINE || code === QUOTE) return position
    if (code === RETURN && (position + 1 === text.length || text.charCodeAt(position + 1) === NEWLINE)) return position
  }
  return text.length
}

function countLines(text: string, from: number, to: number): number {
  let lines = 0
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) lines++
  return lines
}
