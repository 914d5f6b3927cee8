import { CryptoError, type CryptoErrorCode } from '@parasol/core'
import { type Row, RowError, type RowReason } from './row.js'
import type { Batch, PlacedRow } from './row-source.js'

/** Why a row is not in the result. */
export interface RowFailure {
  readonly number: number
  readonly line: number
  readonly reason: RowReason | CryptoErrorCode
  readonly column?: string | undefined
  readonly message?: string
}

export type RowResult = string | RowFailure

/** What is wrong with one row only. Everything else would happen to all of them, and ends the work. */
const OF_A_ROW: ReadonlySet<string> = new Set<CryptoErrorCode>([
  'INVALID_INPUT',
  'PLAINTEXT_TOO_LARGE',
  'DECRYPTION_FAILED',
  'SCHEME_NOT_ALLOWED',
  'UNSUPPORTED',
])

/** Converts the rows of a batch, some at once, and gives what came of each in their order. */
export async function convertRows(
  { rows }: Batch,
  convert: (row: Row) => Promise<string>,
  atOnce: number,
): Promise<RowResult[]> {
  const results: RowResult[] = []
  const queue = rows.entries()
  const worker = async (): Promise<void> => {
    for (const [index, placed] of queue) results[index] = await settle(placed, convert)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, rows.length) }, worker))
  return results
}

async function settle({ row, number, line }: PlacedRow, convert: (row: Row) => Promise<string>): Promise<RowResult> {
  try {
    if (row instanceof RowError) throw row
    return await convert(row)
  } catch (error) {
    if (error instanceof RowError) return { number, line, reason: error.reason, column: error.column }
    if (!CryptoError.is(error) || !OF_A_ROW.has(error.code)) throw error
    return { number, line, reason: error.code, message: error.message }
  }
}
