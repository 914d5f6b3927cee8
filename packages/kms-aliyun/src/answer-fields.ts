import type { Answer } from './transport.js'
import { malformedAnswer } from './transport-errors.js'

type Fields = Readonly<Record<string, unknown>>

/** Reads a text that stands under these names. @throws CryptoError KMS_PROTOCOL if it does not */
export function readField(...path: readonly string[]): (action: string, answer: Answer) => string {
  return (action, { fields }) => textOf(action, fieldsUnder(fields, path.slice(0, -1)), path.at(-1) ?? '')
}

/** One page of a list, `{"Keys":{"Key":[…]}}`, and how many entries there are in all. @throws CryptoError KMS_PROTOCOL */
export function readPage(
  action: string,
  { fields }: Answer,
  [outer, inner]: readonly [string, string],
): { readonly total: number; readonly entries: readonly Fields[] } {
  const { TotalCount: total } = fields
  return { total: countOf(action, total), entries: readList(action, fields, [outer, inner]) }
}

/** @throws CryptoError KMS_PROTOCOL */
export function readList(action: string, fields: Fields, [outer, inner]: readonly [string, string]): readonly Fields[] {
  const entries = fieldsUnder(fields, [outer])[inner]
  if (Array.isArray(entries) && entries.every(isFields)) return entries
  throw malformedAnswer(action, `no ${outer}.${inner}`)
}

export function readImportParameters(answer: Answer): { readonly publicKey: string; readonly token: string } {
  const action = 'GetParametersForImport'
  return { publicKey: readField('PublicKey')(action, answer), token: readField('ImportToken')(action, answer) }
}

/** @throws CryptoError KMS_PROTOCOL */
export function textOf(action: string, fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value === 'string') return value
  throw malformedAnswer(action, `no ${name}`)
}

export function fieldsUnder(fields: Fields, path: readonly string[]): Fields {
  return path.reduce<Fields>((under, name) => (isFields(under[name]) ? under[name] : {}), fields)
}

function countOf(action: string, value: unknown): number {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value)
  throw malformedAnswer(action, 'no TotalCount')
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
