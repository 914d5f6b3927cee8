import { CryptoError } from '@parasol/core'
import { closest } from './closest.js'

/** Keys and indexes from the root of the file. */
export type Path = readonly (string | number)[]

/** One thing that is wrong at a path. The message says what was expected and never holds a value that may be secret. */
export interface Finding {
  readonly path: Path
  readonly message: string
  readonly cause?: unknown
}

/** A finding and where the file says so, counted from 1. */
export interface Problem extends Finding {
  readonly line: number
  readonly column: number
}

const MAX_LISTED = 50

/** One error for everything that is wrong with a file, in the order of its lines. */
export function configError(file: string, problems: readonly Problem[]): CryptoError {
  const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
  const lines = sorted.slice(0, MAX_LISTED).map((problem) => formatProblem(file, problem))
  if (sorted.length > MAX_LISTED) lines.push(`and ${sorted.length - MAX_LISTED} more`)
  const message = lines.length === 1 ? lines[0] : [`${file} has ${sorted.length} problems`, ...lines].join('\n  ')
  return new CryptoError('INVALID_CONFIG', message ?? file, { cause: causeOf(sorted) })
}

/** `useCases["customer.phone"].reads[0]` */
export function formatPath(path: Path): string {
  return path.map(formatStep).join('').replace(/^\./, '')
}

/** `no scheme "envelop" (have: envelope, gpg): did you mean "envelope"?` */
export function unknownName(what: string, given: string, names: readonly string[]): string {
  const meant = closest(given, names)
  const have = `(have: ${names.join(', ') || 'none'})`
  return `no ${what} ${quoteName(given)} ${have}${meant === undefined ? '' : `: did you mean "${meant}"?`}`
}

/** Shows what looks like a name; anything else may be a secret in the wrong place. */
export function quoteName(name: string): string {
  return looksLikeName(name) ? `"${name}"` : `of a name of ${name.length} characters`
}

function looksLikeName(text: string): boolean {
  return /^[\p{L}\p{N}_.@/-]{1,64}$/u.test(text)
}

function formatProblem(file: string, { line, column, path, message }: Problem): string {
  const where = `${file}:${line}:${column}`
  return path.length === 0 ? `${where} ${message}` : `${where} ${formatPath(path)}: ${message}`
}

function formatStep(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`
  if (/^[A-Za-z_$][\w$]{0,63}$/.test(step)) return `.${step}`
  return looksLikeName(step) ? `[${JSON.stringify(step)}]` : `[a key of ${step.length} characters]`
}

function causeOf(problems: readonly Problem[]): unknown {
  const causes = problems.flatMap(({ cause }) => (cause === undefined ? [] : [cause]))
  return causes.length > 1 ? new AggregateError(causes) : causes[0]
}
