import { WRAPPED_KEY_FIELD } from '@parasol/core'
import { type CsvRow, readCsv } from './csv.js'
import { InputError, quoted } from './input-error.js'

/** What of a CSV file is protected, and by what its rows are told apart. */
export interface Selection {
  readonly file: string
  readonly fields: readonly string[]
  /** The column that each row is bound to; undefined for the number of the row. */
  readonly context: string | undefined
}

/** A CSV file that was read once from end to end and is sound. */
export interface Table extends Selection {
  readonly columns: readonly string[]
  readonly rows: number
}

export interface TableOptions {
  readonly file: string
  readonly fields: readonly string[] | undefined
  readonly context: string | undefined
}

/**
 * Reads the whole file before anything is encrypted, so that what is wrong with it leaves no half-done work.
 *
 * @throws InputError
 */
export async function inspectTable({ file, fields, context }: TableOptions): Promise<Table> {
  const rows = readCsv(file)
  const { value: header } = (await rows.next()) as IteratorResult<CsvRow, undefined>
  if (!header) throw new InputError(`${quoted(file)} is empty: expected a first line with the names of the columns`)
  const columns = header.cells
  checkHeader(columns, file)
  const selection = select(columns, { file, fields, context })
  let count = 0
  for await (const _ of rows) count++
  if (count === 0) throw new InputError(`${quoted(file)} has no rows below its first line: there is nothing to protect`)
  return { ...selection, columns, rows: count }
}

/** The facts that a row's values are bound to. */
export function contextOf(table: Table, cells: readonly string[], row: number): Readonly<Record<string, string>> {
  if (table.context === undefined) return { row: String(row) }
  return { [table.context]: cells[table.columns.indexOf(table.context)] ?? '' }
}

function checkHeader(columns: readonly string[], file: string): void {
  const twice = columns.find((name, index) => columns.indexOf(name) !== index)
  if (twice !== undefined) {
    throw new InputError(`${quoted(file)} has two columns${named(columns, [twice])}: each needs a name of its own`)
  }
  if (columns.includes('')) {
    throw new InputError(`${quoted(file)}: column ${columns.indexOf('') + 1} has no name in the first line`)
  }
  if (columns.includes(WRAPPED_KEY_FIELD)) {
    const reason = 'that is where envelope encryption keeps the wrapped key; is the file encrypted already?'
    throw new InputError(`${quoted(file)} has a column "${WRAPPED_KEY_FIELD}": ${reason}`)
  }
}

function select(columns: readonly string[], { file, fields, context }: TableOptions): Selection {
  if (fields === undefined) {
    throw new InputError(`Say which columns to protect, such as --fields phone,idCard${have(columns)}`, 2)
  }
  const missing = [...fields, ...(context === undefined ? [] : [context])].filter((name) => !columns.includes(name))
  if (missing.length > 0) {
    throw new InputError(`${quoted(file)} has no column ${missing.map(quoted).join(', ')}${have(columns)}`)
  }
  const bound = context ?? (columns.includes('id') && !fields.includes('id') ? 'id' : undefined)
  if (bound !== undefined && fields.includes(bound)) {
    throw new InputError(`Column ${quoted(bound)} cannot be protected and be the context: decrypting needs it in clear`)
  }
  return { file, fields, context: bound }
}

/** A file without a header has data in its first line, which is not for messages. */
function have(columns: readonly string[]): string {
  if (columns.some((name) => /\d{5}|@/.test(name))) {
    return ' (its first line is not shown, for it looks like data: expected the names of the columns)'
  }
  const separator = columns.length === 1 && /[;\t]/.test(columns[0] ?? '') ? '; cells must be separated by commas' : ''
  const more = columns.length > 30 ? ', …' : ''
  return ` (it has: ${columns.slice(0, 30).map(quoted).join(', ')}${more}${separator})`
}

function named(columns: readonly string[], names: readonly string[]): string {
  return columns.some((name) => /\d{5}|@/.test(name)) ? ' of one name' : ` ${names.map(quoted).join(', ')}`
}
