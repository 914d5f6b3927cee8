import { relative } from 'node:path'
import { DEFAULT_OUT } from './arguments.js'
import { number, textTable } from './format.js'
import type { Method, Outcome } from './methods.js'
import { CONCURRENT_ROWS } from './protect-rows.js'
import type { Table } from './table.js'
import type { WorkingFolder } from './working-folder.js'

/** What was measured of one scheme. */
export interface Measurement extends Outcome {
  readonly method: Method
  readonly encryptMs: number
  readonly decryptMs: number
  readonly encryptCalls: number
  readonly decryptCalls: number
}

/** The schemes side by side. */
export function report(table: Table, measurements: readonly Measurement[]): string {
  const header = [
    'scheme',
    'protects',
    'records',
    'KMS calls',
    'ms per record',
    'bytes per field',
    'where the plaintext went',
  ]
  const lines = measurements.map(({ method, ...measured }) => [
    method.scheme,
    method.protects,
    number(table.rows),
    `${number(measured.encryptCalls)} + ${number(measured.decryptCalls)}`,
    `${perRow(measured.encryptMs, table)} + ${perRow(measured.decryptMs, table)}`,
    number(measured.bytes / measured.cells),
    method.plaintextWent,
  ])
  return `${textTable([header, ...lines])}

  "a + b": to encrypt, and to decrypt. Calls are counted by the KMS server. Bytes are those of ciphertexts and their keys,
  for each field that they protect. gpg protects every column, in one message: its time is divided by the rows of the
  file. Times are of this machine, with ${CONCURRENT_ROWS} rows under way at a time.`
}

/** What a curious reader does next. */
export function nextSteps(folder: WorkingFolder): string {
  const { path } = folder
  const out = path.startsWith(process.cwd()) ? relative(process.cwd(), path) || '.' : path
  const where = path === DEFAULT_OUT ? '' : ` --out ${out}`
  return `Try next
  look at            ${out}/encrypted and ${out}/parasol.yaml, which chose the schemes
  break something    change a character in ${out}/encrypted, then: npm run demo -- --check${where}
  your own file      npm run demo -- FILE.csv --fields phone,idCard
  as the partner     gpg --import ${out}/partner/*.asc (passphrase in ${out}/secrets/partner-passphrase),
                     then gpg --decrypt ${out}/encrypted/*.gpg
  in the cloud       put your region and credentials into parasol.yaml: docs/config.md`
}

function perRow(milliseconds: number, table: Table): string {
  const each = milliseconds / table.rows
  return each >= 0.1 ? each.toFixed(2) : each.toFixed(3)
}
