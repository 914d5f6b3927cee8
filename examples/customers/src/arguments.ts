import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { parse } from 'csv-parse/sync'
import { InputError } from './input-error.js'

export const HELP = `Protects a CSV file under all three schemes, reads it back, and compares the schemes.

  npm run demo                                   the 1,000 made-up customers of this repository
  npm run demo -- FILE.csv --fields phone,idCard your own file
  npm run demo -- --check                        read back what a former run wrote, without writing it anew

  --fields A,B    the columns to protect; in quotes as in CSV if a name has a comma
  --context COL   the column, unique and not secret, that each row's values are bound to;
                  by default "id", and where there is none the number of the row
  --out DIR       the working folder; by default "out" in the repository
  --check         read back only: change a file in DIR, and see it found
  --help          this text
`

export interface Arguments {
  readonly file: string
  /** Undefined if the user named no columns. */
  readonly fields: readonly string[] | undefined
  readonly context: string | undefined
  readonly out: string
  readonly check: boolean
  readonly help: boolean
}

const OWN_FILE = fileURLToPath(new URL('../customers.csv', import.meta.url))
const OWN_FIELDS = ['name', 'phone', 'idCard', 'bankCard', 'email', 'address']
/** The working folder unless the user names another. */
export const DEFAULT_OUT = fileURLToPath(new URL('../../../out', import.meta.url))

/** @throws InputError for what is not in the help. Paths begin where the user is: npm itself changes the directory. */
export function parseArguments(
  argv: readonly string[],
  directory = process.env['INIT_CWD'] ?? process.cwd(),
): Arguments {
  const { values, positionals } = parseFlags(argv)
  if (positionals.length > 1) throw usage(`Expected one CSV file, got ${positionals.length}`)
  const [file] = positionals
  const fields = values.fields === undefined ? undefined : splitNames(values.fields)
  if (values.check && (file ?? fields ?? values.context) !== undefined) {
    throw usage('--check reads back what is in the working folder: it takes --out only')
  }
  return {
    file: file === undefined ? OWN_FILE : resolve(directory, file),
    fields: fields ?? (file === undefined ? OWN_FIELDS : undefined),
    context: values.context,
    out: values.out === undefined ? DEFAULT_OUT : resolve(directory, values.out),
    check: values.check ?? false,
    help: values.help ?? false,
  }
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        fields: { type: 'string' },
        context: { type: 'string' },
        out: { type: 'string' },
        check: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    const [sentence = ''] = String((error as Error).message).split(/\. |\n/)
    throw usage(sentence)
  }
}

function splitNames(list: string): readonly string[] {
  const names = [...new Set(parseLine(list).filter((name) => name !== ''))]
  if (names.length > 0) return names
  throw usage('--fields names no column: expected such as --fields phone,idCard')
}

function parseLine(list: string): readonly string[] {
  try {
    const [names = []] = parse(list, { trim: true }) as string[][]
    return names
  } catch {
    throw usage('--fields is not a list of names: expected such as --fields phone,idCard')
  }
}

function usage(message: string): InputError {
  return new InputError(`${message} (npm run demo -- --help)`, 2)
}
