import { CryptoError, type CryptoErrorCode } from '@parasol/core'
import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'
import type { RowFailure } from './convert-rows.js'
import { recordsTexts } from './records-texts.js'

/** A line of the report: where, a reason for programs, and a message for people, which holds no value. */
export function describeFailure(
  terminal: Terminal,
  { number, line, reason, column, message }: RowFailure,
  hasLines: boolean,
) {
  const text = message ?? recordsTexts(terminal)[reason as 'badQuote']
  return {
    row: number,
    ...(hasLines && { line }),
    ...(column !== undefined && { column }),
    reason,
    message: text,
  }
}

/** The error that a row ends all work with. */
export function rowStopped(terminal: Terminal, failure: RowFailure, hasLines: boolean): Error {
  const { row, line, column, message } = describeFailure(terminal, failure, hasLines)
  const texts = recordsTexts(terminal)
  const at = column === undefined ? '' : ` "${column}"`
  const text = texts.stopped(`${texts.place(row, line)}${at}`, message)
  return failure.message === undefined ? new UsageError(text) : new CryptoError(failure.reason as CryptoErrorCode, text)
}
