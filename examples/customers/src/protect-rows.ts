import { type Cipher, flattenRecord, WRAPPED_KEY_FIELD } from '@parasol/core'
import { AtomicFile } from '@parasol/core/files'
import { stringify } from 'csv-stringify/sync'
import { type CsvRow, readCsv } from './csv.js'
import { atLine } from './failure.js'
import type { Outcome, Task } from './methods.js'
import { orderedMap } from './ordered-map.js'
import { contextOf, type Table } from './table.js'

/** So many rows are encrypted at a time, and so many are written at once. */
export const CONCURRENT_ROWS = 16
const WRITTEN_ROWS = 64

/**
 * Writes the file anew with tokens in place of the chosen fields. Where the scheme has a wrapped key for each record, it
 * stands in one more column. The rows stream: their number costs no memory.
 */
export async function protectRows({ cipher, table, target, progress, signal }: Task): Promise<Outcome> {
  await using file = await AtomicFile.create(target)
  let bytes = 0
  let rows: (readonly string[])[] = []
  for await (const { cells, tokens } of encryptRows(cipher, table, signal)) {
    const key = tokens[WRAPPED_KEY_FIELD]
    if (progress.done === 0) rows.push(key === undefined ? table.columns : [...table.columns, WRAPPED_KEY_FIELD])
    rows.push(cells)
    bytes += Object.values(tokens).reduce((total, token) => total + token.length, 0)
    if (rows.length >= WRITTEN_ROWS) {
      await file.write(stringify(rows))
      rows = []
    }
    progress.advance(1)
  }
  await file.write(stringify(rows))
  await file.commit()
  return { bytes, cells: table.rows * table.fields.length }
}

interface EncryptedRow {
  readonly cells: readonly string[]
  /** By field, the wrapped key among them. */
  readonly tokens: Readonly<Record<string, string>>
}

function encryptRows(cipher: Cipher, table: Table, signal: AbortSignal): AsyncGenerator<EncryptedRow> {
  const positions = table.fields.map((name) => table.columns.indexOf(name))
  const encryptRow = async ({ cells, line }: CsvRow, index: number): Promise<EncryptedRow> => {
    const fields = Object.fromEntries(positions.map((position) => [table.columns[position], cells[position] ?? '']))
    const record = await atLine(table.file, line, () =>
      cipher.encryptRecord(fields, contextOf(table, cells, index + 1), { signal }),
    )
    const tokens = flattenRecord(record)
    const changed = cells.map((cell, position) =>
      positions.includes(position) ? tokenOf(tokens, table, position) : cell,
    )
    const key = tokens[WRAPPED_KEY_FIELD]
    return { cells: key === undefined ? changed : [...changed, key], tokens }
  }
  return orderedMap(withoutHeader(table.file), CONCURRENT_ROWS, encryptRow)
}

function tokenOf(tokens: Readonly<Record<string, string>>, table: Table, position: number): string {
  return tokens[table.columns[position] ?? ''] ?? ''
}

/** The rows of a file below its header. */
export async function* withoutHeader(path: string): AsyncGenerator<CsvRow> {
  let first = true
  for await (const row of readCsv(path)) {
    if (!first) yield row
    first = false
  }
}
