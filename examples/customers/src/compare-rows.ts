import { unflattenRecord, WRAPPED_KEY_FIELD } from '@parasol/core'
import { type CsvRow, readCsv } from './csv.js'
import { atLine } from './failure.js'
import { InputError, quoted } from './input-error.js'
import type { Task } from './methods.js'
import { orderedMap } from './ordered-map.js'
import { CONCURRENT_ROWS, withoutHeader } from './protect-rows.js'
import { contextOf, type Table } from './table.js'

interface RowPair {
  readonly encrypted: CsvRow
  readonly original: CsvRow
}

/** Decrypts a file of tokens row by row and compares every cell with the original. */
export async function compareRows({ cipher, table, target, progress, signal }: Task): Promise<void> {
  const encryptedColumns = await columnsOf(target)
  const compareRow = async ({ encrypted, original }: RowPair, index: number): Promise<void> => {
    const tokens = tokensOf(encrypted.cells, encryptedColumns, table)
    const context = contextOf(table, encrypted.cells, index + 1)
    const fields = await atLine(target, encrypted.line, () =>
      cipher.decryptRecord(unflattenRecord(tokens), context, { signal }),
    )
    const read = table.columns.map((name, position) =>
      Object.hasOwn(fields, name) ? fields[name] : encrypted.cells[position],
    )
    const different = read.findIndex((cell, position) => cell !== original.cells[position])
    if (different !== -1) throw unequal(target, encrypted.line, table.columns[different] ?? '')
  }
  const pairs = pairUp(withoutHeader(target), withoutHeader(table.file), target)
  for await (const _ of orderedMap(pairs, CONCURRENT_ROWS, compareRow)) progress.advance(1)
}

async function columnsOf(path: string): Promise<readonly string[]> {
  for await (const { cells } of readCsv(path)) return cells
  throw new InputError(`${JSON.stringify(path)} is empty: expected the encrypted rows`)
}

function tokensOf(cells: readonly string[], columns: readonly string[], table: Table): Record<string, string> {
  const names = [...table.fields, ...columns.filter((name) => name === WRAPPED_KEY_FIELD)]
  return Object.fromEntries(names.map((name) => [name, cells[columns.indexOf(name)] ?? '']))
}

async function* pairUp(
  encrypted: AsyncGenerator<CsvRow>,
  original: AsyncGenerator<CsvRow>,
  path: string,
): AsyncGenerator<RowPair> {
  try {
    for await (const row of encrypted) {
      const { value, done } = await original.next()
      if (done) throw new InputError(`${JSON.stringify(path)} has more rows than the original`)
      yield { encrypted: row, original: value }
    }
    if (!(await original.next()).done) throw new InputError(`${JSON.stringify(path)} has fewer rows than the original`)
  } finally {
    await original.return(undefined)
  }
}

function unequal(path: string, line: number, column: string): InputError {
  return new InputError(`${JSON.stringify(path)}, line ${line}: column ${quoted(column)} differs from the original`)
}
