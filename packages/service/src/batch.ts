import { isUtf8 } from 'node:buffer'
import { CryptoError, type EncryptionContext } from '@parasol/core'
import type * as z from 'zod'
import { itemSchema } from './api/schemas.js'
import { refusalOf } from './http-fault.js'
import type { Kept } from './journal.js'
import { countStrings, type FieldsOptions } from './json-fields.js'

/** One record of a request. */
export interface Item {
  readonly fields: Readonly<Record<string, string>>
  readonly context: EncryptionContext
}

/** What became of one record of a batch. */
export type Outcome = Kept | { readonly error: unknown }

export interface BatchLimits {
  /** Of all records together. */
  readonly maxFields: number
}

/**
 * Reads `[{ "fields": { … }, "context": { … } }]`, in which a context may be left out. Records cannot be told apart once
 * the array is not understood, so that whatever is wrong with its shape refuses all of it.
 *
 * @throws CryptoError INVALID_INPUT that shows nothing of the text
 */
export function parseBatch(bytes: Buffer, { maxFields }: BatchLimits): readonly Item[] {
  const text = isUtf8(bytes) ? bytes.toString() : ''
  const value = parseJson(text, BODY)
  if (!Array.isArray(value) || value.length === 0) throw invalid(BODY, 'must be a JSON array of records')
  return toItems(value, text, { what: BODY, maxFields })
}

/** Reads one record of such an array, given without the others. @throws CryptoError INVALID_INPUT */
export function parseRecord(bytes: Buffer, options: FieldsOptions): Item {
  const text = isUtf8(bytes) ? bytes.toString() : ''
  return toItems([parseJson(text, options.what)], text, options)[0] as Item
}

const BODY = 'The body'

function toItems(records: readonly unknown[], text: string, { what, maxFields }: FieldsOptions): readonly Item[] {
  const items = records.map((record) => toItem(record, what))
  const strings = items.map(({ fields, context }) => countKeys(fields) + countKeys(context))
  const total = strings.reduce((sum, count) => sum + count, 0)
  if (total > maxFields) throw invalid(what, `has ${total} keys: at most ${maxFields} are taken`)
  const frame = records.reduce<number>((sum, record) => sum + countKeys(record as object), 0)
  if (countStrings(text) !== frame + 2 * total) throw invalid(what, 'has the same key twice')
  return items
}

/** Works on every record, though others fail. */
export function workOnAll<Each>(
  items: readonly Each[],
  work: (item: Each) => Promise<Kept>,
): Promise<readonly Outcome[]> {
  return Promise.all(items.map((item) => work(item).catch((error: unknown) => ({ error }))))
}

/** `[{ "record": { … } }, { "error": { "code": …, "message": … } }]`, in the order of the request. */
export function formatOutcomes(outcomes: readonly Outcome[]): string {
  return `[${outcomes.map(formatOutcome).join(',')}]`
}

export function isKept(outcome: Outcome): outcome is Kept {
  return 'answer' in outcome
}

export function formatOutcome(outcome: Outcome): string {
  if (isKept(outcome)) return `{"record":${outcome.answer}}`
  const { code, message } = refusalOf(outcome.error)
  return JSON.stringify({ error: { code, message } })
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid(what, 'is not JSON in UTF-8')
  }
}

function toItem(record: unknown, what: string): Item {
  if (!isItem(record) || [record, record.fields, record.context ?? {}].some(hasProto)) {
    throw invalid(what, 'holds a record that is not { "fields": { … }, "context": { … } } with strings in both')
  }
  return { fields: record.fields, context: record.context ?? {} }
}

function isItem(record: unknown): record is z.output<typeof itemSchema> {
  return itemSchema.safeParse(record).success
}

/** The schema passes over this name, which readers take for something else. */
function hasProto(value: object): boolean {
  return Object.hasOwn(value, '__proto__')
}

function countKeys(value: object): number {
  return Object.keys(value).length
}

function invalid(what: string, message: string): CryptoError {
  return new CryptoError('INVALID_INPUT', `${what} ${message}`)
}
