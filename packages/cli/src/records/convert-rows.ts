import { CryptoError, type CryptoErrorCode } from '@parasol/core'
import { type Row, RowError, type RowReason } from './row.js'
import type { PlacedRow } from './row-source.js'

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

/** Converts rows, some at once, and gives what came of each in their order. */
export async function convertRows(
  rows: readonly PlacedRow[],
  convert: (row: Row) => Promise<string>,
  atOnce: number,
): Promise<RowResult[]> {
  const results: RowResult[] = new Array(rows.length)
  const queue = rows.entries()
  const worker = async (): Promise<void> => {
    for (const [index, placed] of queue) {
      try {
        if (placed.row instanceof RowError) throw placed.row
        results[index] = await convert(placed.row)
      } catch (error) {
        results[index] = failureOf(placed, error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, rows.length) }, worker))
  return results
}

function failureOf({ number, line }: PlacedRow, error: unknown): RowFailure {
  if (error instanceof RowError) return { number, line, reason: error.reason, column: error.column }
  if (!CryptoError.is(error) || !OF_A_ROW.has(error.code)) throw error
  return { number, line, reason: error.code, message: error.message }
}
