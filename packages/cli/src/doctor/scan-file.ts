import { throwIfAborted } from '@parasol/core'
import { InputFile } from '@parasol/core/files'
import { cellText, scanCells } from '../records/csv-cells.js'
import { isToken } from '../records/tokens.js'
import { findPlaintext, isPasswordName, type PlaintextKind } from './find-plaintext.js'
import { textLines } from './text-lines.js'

/** Where something was found; what, but never its value. */
export interface FoundPlace {
  readonly file: string
  readonly line: number
  readonly kind: PlaintextKind
  /** Of CSV with a header. */
  readonly column?: string
}

export interface ScanResult {
  readonly lines: number
  readonly found: number
  /** The first of them. */
  readonly places: readonly FoundPlace[]
}

const MAX_PLACES = 20
const HEAD_BYTES = 64 * 1024

/** Looks through a text file, or its first lines. Undefined for what is no text. @throws CryptoError IO */
export async function scanFile(path: string, sample: number, signal: AbortSignal): Promise<ScanResult | undefined> {
  await using file = await InputFile.open(path)
  if ((await file.read(0, HEAD_BYTES)).includes(0)) return undefined
  const delimiter = /\.csv$/i.test(path) ? ',' : /\.tsv$/i.test(path) ? '\t' : undefined
  const places: FoundPlace[] = []
  let [lines, found, names] = [0, 0, [] as readonly string[]]
  for await (const { text, number } of textLines(file.chunks())) {
    throwIfAborted(signal)
    if (number > sample) break
    lines = number
    if (number === 1 && delimiter) names = cellsOf(text, delimiter).map(({ text }) => text)
    for (const { kind, column } of delimiter
      ? foundInCells(text, delimiter, names, number)
      : findPlaintext(text).map(({ kind }) => ({ kind, column: undefined }))) {
      found++
      if (places.length < MAX_PLACES)
        places.push({ file: path, line: number, kind, ...(column !== undefined && { column }) })
    }
  }
  return { lines, found, places }
}

function foundInCells(line: string, delimiter: string, names: readonly string[], number: number) {
  return cellsOf(line, delimiter).flatMap(({ text }, index) => {
    // A first line that holds values is no header, and its cells are no names.
    const name = names[index]
    const column = name !== undefined && findPlaintext(name).length === 0 ? name : undefined
    const kinds = findPlaintext(text).map(({ kind }) => kind)
    const isPassword =
      number > 1 &&
      column !== undefined &&
      isPasswordName(column) &&
      text !== '' &&
      !isToken(text) &&
      !text.startsWith('$')
    return [...kinds, ...(isPassword && !kinds.includes('password') ? (['password'] as const) : [])].map((kind) => ({
      kind,
      column,
    }))
  })
}

function cellsOf(line: string, delimiter: string): readonly { readonly text: string }[] {
  const bounds: number[] = []
  scanCells(line, 0, delimiter.charCodeAt(0), bounds, true)
  return bounds.flatMap((start, index) =>
    index % 2 === 0
      ? [{ text: cellText(Buffer.from(line.slice(start, bounds[index + 1])).toString('latin1')) ?? '' }]
      : [],
  )
}
