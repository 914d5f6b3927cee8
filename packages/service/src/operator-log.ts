import { CryptoError } from '@parasol/core'

export type LogLevel = 'info' | 'warn' | 'error'

/** Tells the operator. What is logged is named by hand, so that no value gets in. */
export type OperatorLog = (level: LogLevel, message: string, facts?: Readonly<Record<string, unknown>>) => void

/** Writes one JSON object a line. */
export function operatorLog(output: { write(text: string): unknown }): OperatorLog {
  return (level, message, facts = {}) => {
    output.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...facts })}\n`)
  }
}

/** What may be logged of an error: messages of ours, which show no value; of others only where they come from. */
export function describeError(error: unknown): Readonly<Record<string, unknown>> {
  if (CryptoError.is(error)) {
    const { code, message, reason, cause } = error
    return { code, message, reason, ...(cause === undefined ? {} : { cause: describeError(cause) }) }
  }
  if (!(error instanceof Error)) return { code: typeof error }
  const { name, cause } = error
  const frames = error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim())
  const { code } = error as NodeJS.ErrnoException
  return { name, code, frames, ...(cause === undefined ? {} : { cause: describeError(cause) }) }
}
