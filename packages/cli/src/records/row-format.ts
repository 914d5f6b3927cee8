import type { Terminal } from '../terminal.js'
import { csvFormat } from './csv-format.js'
import { jsonFormat, ndjsonFormat } from './json-formats.js'
import type { RecordFormat } from './row.js'

/** How a file is written, as data. */
export interface FormatChoice {
  readonly name: 'csv' | 'ndjson' | 'json'
  /** Of CSV. */
  readonly delimiter: string
}

export function rowFormat(terminal: Pick<Terminal, 'env'>, { name, delimiter }: FormatChoice): RecordFormat {
  return formats[name](terminal, delimiter)
}

const formats: Readonly<
  Record<FormatChoice['name'], (terminal: Pick<Terminal, 'env'>, delimiter: string) => RecordFormat>
> = {
  csv: csvFormat,
  ndjson: ndjsonFormat,
  json: jsonFormat,
}
