import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { parse } from 'csv-parse'
import { InputError, quoted } from './input-error.js'

export interface CsvRow {
  readonly cells: readonly string[]
  /** The line of the file on which the row ends, from 1. */
  readonly line: number
}

const MAX_ROW_CHARACTERS = 4 * 1024 * 1024

/**
 * The rows of a CSV file (RFC 4180, UTF-8 with or without a byte order mark), the header among them, in constant memory.
 *
 * @throws InputError that names the file, the line and what was expected, and repeats nothing of the content
 */
export async function* readCsv(path: string): AsyncGenerator<CsvRow> {
  const parser = parse({ bom: true, info: true, skip_empty_lines: true, max_record_size: MAX_ROW_CHARACTERS })
  // What fails reaches the loop as well, because a pipeline destroys its last stream with the error.
  const reading = pipeline(createReadStream(path), (chunks) => requireUtf8(chunks, path), parser).catch(() => undefined)
  try {
    for await (const { record, info } of parser) yield { cells: record, line: info.lines }
  } catch (error) {
    throw explain(error, path)
  } finally {
    parser.destroy()
    await reading
  }
}

async function* requireUtf8(chunks: AsyncIterable<Buffer>, path: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  const check = (part?: Uint8Array): void => {
    try {
      decoder.decode(part, { stream: part !== undefined })
    } catch {
      throw new InputError(
        `${quotedPath(path)}, line ${line}: expected UTF-8 text; save the file as UTF-8 and try again`,
      )
    }
  }
  for await (const chunk of chunks) {
    for (const part of splitLines(chunk)) {
      if (part.includes(0))
        throw new InputError(`${quotedPath(path)}, line ${line}: expected UTF-8 text, found a NUL byte`)
      check(part)
      if (part.at(-1) === NEWLINE) line++
    }
    yield chunk
  }
  check()
}

const NEWLINE = 10

function* splitLines(chunk: Buffer): Generator<Buffer> {
  for (let start = 0; start < chunk.length; ) {
    const newline = chunk.indexOf(NEWLINE, start)
    const end = newline === -1 ? chunk.length : newline + 1
    yield chunk.subarray(start, end)
    start = end
  }
}

/** csv-parse puts cells into its messages, so that only its codes and numbers are used. */
const expectations: Readonly<Record<string, string>> = {
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'expected as many cells as the header has',
  CSV_RECORD_INCONSISTENT_COLUMNS: 'expected as many cells as the header has',
  CSV_INVALID_CLOSING_QUOTE: 'expected a comma or the end of the line after a closing quote',
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: 'expected a comma or the end of the line after a closing quote',
  INVALID_OPENING_QUOTE: 'a quote inside a cell: put the cell in quotes and double the quote',
  CSV_QUOTE_NOT_CLOSED: 'expected a closing quote before the end of the file',
  CSV_MAX_RECORD_SIZE: `expected a row of at most ${MAX_ROW_CHARACTERS} characters; is a closing quote missing?`,
}

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of its path is a file',
  EISDIR: 'is a folder; expected a CSV file',
  EACCES: 'may not be read by this user',
}

function explain(error: unknown, path: string): unknown {
  if (error instanceof InputError) return error
  const { code = 'unknown reason', lines, syscall } = error as { code?: string; lines?: number; syscall?: string }
  if (syscall !== undefined)
    return new InputError(`${quotedPath(path)} ${unreadable[code] ?? `cannot be read (${code})`}`)
  return new InputError(`${quotedPath(path)}, line ${lines}: ${expectations[code] ?? `not CSV (${code})`}`)
}

function quotedPath(path: string): string {
  return path.length > 200 ? quoted(path) : JSON.stringify(path)
}
