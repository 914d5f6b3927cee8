import { type EncryptionContext, MAX_CONTEXT_BYTES } from '@parasol/core'

import { CONTEXT } from './samples.js'

/** Contexts that are not `CONTEXT`, by what was done to it. */
export const wrongContexts: Readonly<Record<string, EncryptionContext>> = {
  'moved to another row': { ...CONTEXT, row: '8' },
  'moved to another column': { ...CONTEXT, column: 'fax' },
  'without a context': {},
  'with a key removed': { table: 'customers', column: 'phone' },
  'with a key added': { ...CONTEXT, tenant: 'a' },
  'with a key added whose value is empty': { ...CONTEXT, tenant: '' },
  'with a key renamed': { table: 'customers', column: 'phone', rows: '7' },
  'with a key in another case': { table: 'customers', column: 'phone', Row: '7' },
  'with a value in another case': { ...CONTEXT, table: 'Customers' },
  'with a value emptied': { ...CONTEXT, row: '' },
  'with a space after a value': { ...CONTEXT, row: '7 ' },
  'with a NUL after a value': { ...CONTEXT, row: '7\0' },
  'with a zero before a number': { ...CONTEXT, row: '07' },
  'with two values exchanged': { table: 'phone', column: 'customers', row: '7' },
}

/** Pairs of contexts that a careless encoding takes for the same. */
export const lookAlikes: readonly (readonly [EncryptionContext, EncryptionContext])[] = [
  [{ a: 'bc' }, { ab: 'c' }],
  [{ a: '1&b=2' }, { a: '1', b: '2' }],
  [{ 'a=b': 'c' }, { a: 'b=c' }],
  [{ a: '1","b":"2' }, { a: '1', b: '2' }],
  [{ a: '1,b:2' }, { a: '1', b: '2' }],
  [{ a: '1;b=2' }, { a: '1', b: '2' }],
  [{ a: '1\nb\n2' }, { a: '1', b: '2' }],
  [{ a: '1\0b\u00002' }, { a: '1', b: '2' }],
  [{ a: 'b', c: 'd' }, { a: 'bcd' }],
  [{ a: 'undefined' }, { a: '' }],
  [{ a: 'null' }, { a: '' }],
  [{ a: '{}' }, {}],
  [{ a: '\u00e9' }, { a: 'e\u0301' }],
  [{ '\u00e9': 'a' }, { 'e\u0301': 'a' }],
  [{ a: '\ufeffb' }, { a: 'b' }],
]

const LONG_KEY = 'z'.repeat(127)
const LONG_VALUE = 'v'.repeat(127)

/** What an encoding with lengths of one byte takes for the same. */
export const wrappedLengths: readonly [EncryptionContext, EncryptionContext] = [
  { k: `x\x7f${LONG_KEY}\x7f${LONG_VALUE}` },
  { k: 'x', [LONG_KEY]: LONG_VALUE },
]

/** Contexts that are as good as any, by what is unusual about them. */
export const unusualContexts: Readonly<Record<string, EncryptionContext>> = {
  'Chinese keys and values': { 表: '客户', 列: '手机号', 行: '７' },
  'the names of prototypes': ownKeys('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'),
  'keys that are numbers': { 10: 'a', 9: 'b', '-1': 'c' },
  'characters beyond the first plane': { '\u{20bb7}': '\u{1f9e7}', '\uff5e': '\u{10ffff}' },
  'line breaks and control characters': { 'a\r\n': '\u0001\u007f', b: '\u2028' },
  'an empty value': { a: '' },
  "Parasol's own keys": { ...CONTEXT, 'parasol:purpose': 'customer.phone', 'parasol:field': 'phone' },
  'a hundred keys': Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`key-${index}`, `value-${index}`])),
  'no prototype': Object.assign(Object.create(null), CONTEXT),
}

/** The longest context, and one that is a byte longer. */
export const longestContext: EncryptionContext = { k: 'v'.repeat(MAX_CONTEXT_BYTES - 13) }
export const tooLongContext: EncryptionContext = { k: 'v'.repeat(MAX_CONTEXT_BYTES - 12) }

/** What JavaScript lets callers pass as a context and nobody can bind. */
export const invalidContexts: Readonly<Record<string, EncryptionContext>> = {
  'a number for a value': untyped({ row: 7 }),
  'a boolean for a value': untyped({ row: true }),
  'null for a value': untyped({ row: null }),
  'undefined for a value': untyped({ row: undefined }),
  'an object for a value': untyped({ row: { id: '7' } }),
  'an array for a value': untyped({ row: ['7'] }),
  'a String object for a value': untyped({ row: Object('7') }),
  'an empty key': { '': 'a' },
  'half a surrogate pair in a key': { 'a\ud800': 'b' },
  'half a surrogate pair in a value': { a: 'b\udfff' },
  'a context of more than 8,192 bytes': tooLongContext,
  'an array for a context': untyped(['a']),
  'an empty array for a context': untyped([]),
  'a Map for a context': untyped(new Map([['row', '7']])),
  'a string for a context': untyped('row'),
  'null for a context': untyped(null),
  'undefined for a context': untyped(undefined),
}

/** Object literals and assignments take `__proto__` for the prototype; this does not. */
export function ownKeys(...names: readonly string[]): EncryptionContext {
  return Object.fromEntries(names.map((name) => [name, `value of ${name}`]))
}

function untyped(context: unknown): EncryptionContext {
  return context as EncryptionContext
}
