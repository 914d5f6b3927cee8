import { CryptoError } from '@parasol/core'
import { type Logger, pino } from 'pino'

/** From the most to the least that is said. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** What may be said: names, codes and counts, written by hand. Nothing that could be a body, a key or a header fits in. */
export interface LogFacts {
  readonly [name: string]: string | number | boolean | undefined | readonly string[] | LogFacts
}

/** Tells the operator, in one JSON object a line. */
export class OperatorLog {
  readonly #logger: Logger

  constructor(output: { write(text: string): unknown }, level: LogLevel = 'info') {
    const formatters = { level: (label: string) => ({ level: label }) }
    const { isoTime: timestamp } = pino.stdTimeFunctions
    const destination = { write: (text: string) => void output.write(text) }
    this.#logger = pino({ level, base: null, messageKey: 'message', timestamp, formatters }, destination)
  }

  /** What is less than this is not said from now on. */
  set level(level: LogLevel) {
    this.#logger.level = level
  }

  info(message: string, facts: LogFacts = {}): void {
    this.#logger.info(facts, message)
  }

  error(message: string, facts: LogFacts = {}): void {
    this.#logger.error(facts, message)
  }
}

/** What may be logged of an error: messages of ours, which show no value; of others only where they come from. */
export function describeError(error: unknown): LogFacts {
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
