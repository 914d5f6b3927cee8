import { isUtf8 } from 'node:buffer'
import { CryptoError } from '@parasol/core'

/** How a caller is told which text is meant, such as "The body". */
export interface FieldsOptions {
  readonly what: string
  readonly maxFields: number
}

/**
 * Reads a JSON object whose values are all strings. What two readers could understand in two ways is refused: bytes that
 * are not UTF-8, a key that stands twice, and `__proto__`.
 *
 * @throws CryptoError INVALID_INPUT that shows nothing of the text
 */
export function parseFields(bytes: Buffer, options: FieldsOptions): Record<string, string> {
  return parseFieldsText(decode(bytes, options.what), options)
}

/** The same of text. */
export function parseFieldsText(text: string, { what, maxFields }: FieldsOptions): Record<string, string> {
  const value = parseJson(text, what)
  if (!isFlat(value)) throw invalid(what, 'must be a JSON object whose values are all strings')
  const names = Object.keys(value)
  if (names.length > maxFields) throw invalid(what, `has ${names.length} keys: at most ${maxFields} are taken`)
  if (Object.hasOwn(value, '__proto__')) throw invalid(what, 'has a key named "__proto__"')
  if (countStrings(text) !== 2 * names.length) throw invalid(what, 'has the same key twice')
  return value
}

function decode(bytes: Buffer, what: string): string {
  if (!isUtf8(bytes)) throw invalid(what, 'is not UTF-8')
  return bytes.toString()
}

/** The engine's own message quotes the text, so that nothing of it is kept. */
function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid(what, 'is not JSON')
  }
}

function isFlat(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  for (const name in value) if (typeof (value as Record<string, unknown>)[name] !== 'string') return false
  return true
}

/** How many strings valid JSON holds. `JSON.parse` keeps the last of equal keys and does not say that there were more. */
export function countStrings(text: string): number {
  let count = 0
  for (let start = text.indexOf('"'); start >= 0; start = text.indexOf('"', start + 1)) {
    start = endOfString(text, start)
    count += 1
  }
  return count
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end
}

function isEscaped(text: string, position: number): boolean {
  let slashes = 0
  while (text.charCodeAt(position - 1 - slashes) === BACKSLASH) slashes += 1
  return slashes % 2 === 1
}

const BACKSLASH = 92

function invalid(what: string, message: string): CryptoError {
  return new CryptoError('INVALID_INPUT', `${what} ${message}`)
}
