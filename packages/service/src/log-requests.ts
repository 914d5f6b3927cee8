import type { CryptoError } from '@parasol/core'
import type { RequestReport } from './app.js'
import { describeError, type OperatorLog } from './operator-log.js'

/** A line for every request that was answered. */
export function logRequest(log: OperatorLog): (report: RequestReport) => void {
  return ({ error: _, ...report }) => log.info('request', report)
}

/** A line for what the operator must look into. */
export function logFailure(log: OperatorLog): (report: RequestReport) => void {
  return ({ error, ...report }) => log.error('request failed', { ...report, error: describeError(error) })
}

export function logTrouble(log: OperatorLog): (error: CryptoError) => void {
  return (error) => log.error('a log cannot be written', { error: describeError(error) })
}
