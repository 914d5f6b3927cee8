import type { Cipher } from '@parasol/core'
import type { Terminal } from '../terminal.js'
import type { BoundColumns } from './bound-columns.js'
import { decryptRows } from './decrypt-rows.js'
import { encryptRows } from './encrypt-rows.js'
import { reencryptRows, rewrapRows } from './renew-rows.js'
import type { Row } from './row.js'

/** What to do to rows, as data: it goes to threads, and what of it changes the result tells one job from another. */
export type RowJob =
  | { readonly command: 'encrypt'; readonly fields: readonly string[]; readonly bound: readonly string[] }
  | { readonly command: 'decrypt' }
  | { readonly command: 'rewrap' }
  | { readonly command: 'reencrypt'; readonly to: string; readonly isSame: boolean }

/** What a command does to rows. */
export interface RowConversion {
  /** The use case that encrypts, if it is another. */
  readonly target?: string
  /** Columns that there must be, in each row or in some. */
  readonly fields: readonly string[]
  readonly keys: (schemeHasKeys: boolean) => 'with' | 'without'
  /** Looks at the columns, where all rows have the same. @throws UsageError */
  check?(columns: ReadonlyMap<string, number>): void
  /** Says that it has met a field, for the end. */
  converter(use: ConverterUse): (row: Row) => Promise<string>
  /** @throws UsageError if what was seen in all rows cannot be what was meant */
  checkSeen(seen: ReadonlySet<string>): void
}

export interface ConverterUse {
  /** The cipher of another use case. @throws CryptoError UNKNOWN_USE_CASE */
  readonly other: (useCase: string) => Cipher
  readonly cipher: Cipher
  readonly bound: BoundColumns
  readonly keys: 'with' | 'without'
  readonly seen: Set<string>
  readonly signal: AbortSignal
}

/** @throws UsageError for what cannot be meant */
export function conversionOf(terminal: Pick<Terminal, 'env'>, job: RowJob): RowConversion {
  const make = conversions[job.command] as (terminal: Pick<Terminal, 'env'>, job: RowJob) => RowConversion
  return make(terminal, job)
}

const conversions: {
  readonly [Command in RowJob['command']]: (
    terminal: Pick<Terminal, 'env'>,
    job: Extract<RowJob, { command: Command }>,
  ) => RowConversion
} = {
  encrypt: (terminal, { fields, bound }) => encryptRows(terminal, fields, bound),
  decrypt: decryptRows,
  rewrap: rewrapRows,
  reencrypt: (terminal, { to, isSame }) => reencryptRows(terminal, to, isSame),
}
