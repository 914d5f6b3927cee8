import assert from 'node:assert/strict'
import type { RecordProvider, SealedRecord } from '@parasol/core'

import { assertBytes, assertDecryptionFails, assertRejects, settle } from '../assertions.js'
import { equalBytes, includesBytes, toHex } from '../bytes.js'
import { forEachConcurrently } from '../concurrently.js'
import type { ConformanceCase } from '../conformance-case.js'
import { invalidContexts } from '../contexts.js'
import { ALL_BYTES, CONTEXT, OTHER_CONTEXT, PLAINTEXT, randomPlaintext } from '../samples.js'
import type { Able } from './ability.js'

type Records = Able<RecordProvider>
type Fields = ReadonlyMap<string, Uint8Array>

const MIB = 1_048_576

/** Records that must come back as they were. */
const records: Readonly<Record<string, Fields>> = {
  'of one field': new Map([['phone', PLAINTEXT]]),
  'of fifty fields': new Map(Array.from({ length: 50 }, (_, index) => [`field-${index}`, randomPlaintext(index)])),
  'with an empty value': fieldsOf({ phone: new Uint8Array(0), name: PLAINTEXT }),
  'with values that are not UTF-8': fieldsOf({ phone: ALL_BYTES, name: Uint8Array.of(0xff) }),
  'with field names in Chinese': fieldsOf({ 手机号: PLAINTEXT, 身份证: ALL_BYTES }),
  'with field names that hold separators': fieldsOf({ 'a.b': PLAINTEXT, 'a=b&c': ALL_BYTES, 'a\0b': PLAINTEXT }),
  'with field names that are numbers': fieldsOf({ 10: PLAINTEXT, 9: ALL_BYTES }),
  'with the names of prototypes': new Map(
    ['__proto__', 'constructor', 'prototype', 'toString'].map((name) => [name, Buffer.from(`value of ${name}`)]),
  ),
  'with a large value': new Map([['photo', randomPlaintext(2000)]]),
}

/** Records that a provider may refuse as INVALID_INPUT; else they must come back. */
const doubtful: Readonly<Record<string, Fields>> = {
  'of no fields': new Map(),
  'with an empty field name': new Map([['', PLAINTEXT]]),
  'with a field name of 8,192 bytes': new Map([['n'.repeat(8192), PLAINTEXT]]),
}

/** Records come back whole or in part, and belong to their context and keys. */
export const recordCases: readonly ConformanceCase<Records>[] = [
  ...Object.entries(records).map(([what, fields]) => ({
    name: `gives back a record ${what}`,
    run: (harness: Records) => roundTrip(harness, fields),
  })),
  ...Object.entries(doubtful).map(([what, fields]) => ({
    name: `gives back, or refuses to make, a record ${what}`,
    run: async (harness: Records) => {
      const outcome = await settle(() => seal(harness, fields))
      if ('value' in outcome) assertFields(await open(harness, outcome.value), fields)
      else await assertRejects('INVALID_INPUT', () => Promise.reject(outcome.error))
    },
  })),
  {
    name: 'opens any of the fields of a record alone',
    run: async (harness) => {
      const fields = fieldsOf({ name: PLAINTEXT, phone: ALL_BYTES, note: new Uint8Array(0) })
      const { key, fields: sealed } = await seal(harness, fields)
      for (const [name, ciphertext] of sealed) {
        const opened = await open(harness, { key, fields: new Map([[name, ciphertext]]) })
        assertFields(opened, new Map([[name, fields.get(name) ?? assert.fail()]]))
      }
    },
  },
  {
    name: 'opens the fields of a record in any order',
    run: async (harness) => {
      const fields = fieldsOf({ name: PLAINTEXT, phone: ALL_BYTES })
      const { key, fields: sealed } = await seal(harness, fields)
      assertFields(await open(harness, { key, fields: new Map([...sealed].reverse()) }), fields)
    },
  },
  {
    name: 'encrypts the same record differently each time',
    run: async (harness) => {
      const fields = fieldsOf({ phone: PLAINTEXT, name: PLAINTEXT })
      const [one, other] = [await seal(harness, fields), await seal(harness, fields)]
      const ciphertexts = [one, other].flatMap(({ key, fields }) => [key, ...fields.values()])
      assert.equal(new Set(ciphertexts.map(toHex)).size, 6)
    },
  },
  {
    name: 'shows nothing of the values in a record',
    run: async (harness) => {
      const { key, fields } = await seal(harness, fieldsOf({ phone: PLAINTEXT }))
      for (const bytes of [key, ...fields.values()]) assert.ok(!includesBytes(bytes, PLAINTEXT.subarray(0, 12)))
    },
  },
  {
    name: 'refuses a record of another context',
    applies: ({ provider }) => provider.traits.bindsContext,
    run: async ({ provider }) => {
      const record = await provider.encryptRecord(fieldsOf({ phone: PLAINTEXT }), CONTEXT)
      await assertDecryptionFails(() => provider.decryptRecord(record, OTHER_CONTEXT))
      await assertDecryptionFails(() => provider.decryptRecord(record, {}))
      await assertDecryptionFails(() => provider.decryptRecord(record, { ...CONTEXT, tenant: 'a' }))
    },
  },
  {
    name: 'refuses a record with a context that cannot be bound',
    run: async (harness) => {
      const record = await seal(harness, fieldsOf({ phone: PLAINTEXT }))
      for (const context of Object.values(invalidContexts)) {
        const { provider } = harness
        await assertRejects('INVALID_INPUT', () => provider.encryptRecord(fieldsOf({ phone: PLAINTEXT }), context))
        await assertRejects('INVALID_INPUT', () => provider.decryptRecord(record, context))
      }
    },
  },
  {
    name: 'refuses a record that other keys encrypted',
    run: async ({ provider, stranger, context }) => {
      const record = await provider.encryptRecord(fieldsOf({ phone: PLAINTEXT }), context)
      await assertDecryptionFails(() => stranger.decryptRecord(record, context))
    },
  },
  {
    name: 'refuses a record with a value above the greatest length',
    applies: ({ provider }) => provider.traits.maxPlaintextBytes <= 16 * MIB,
    run: async ({ provider, context }) => {
      const value = randomPlaintext(provider.traits.maxPlaintextBytes + 1)
      const work = (): Promise<unknown> => provider.encryptRecord(fieldsOf({ name: PLAINTEXT, photo: value }), context)
      await assertRejects('PLAINTEXT_TOO_LARGE', work, [value, PLAINTEXT])
    },
  },
  {
    name: 'leaves the record of the caller as it was',
    run: async (harness) => {
      const fields = fieldsOf({ name: Uint8Array.from(PLAINTEXT), phone: Uint8Array.from(ALL_BYTES) })
      const record = await seal(harness, fields)
      assertFields(fields, fieldsOf({ name: PLAINTEXT, phone: ALL_BYTES }))
      const copy = { key: Uint8Array.from(record.key), fields: copyOf(record.fields) }
      await open(harness, record)
      assertBytes(record.key, copy.key, "The caller's wrapped key was changed")
      assertFields(record.fields, copy.fields)
    },
  },
  {
    name: 'keeps nothing of the record of the caller',
    run: async (harness) => {
      const value = Uint8Array.from(PLAINTEXT)
      const record = await seal(harness, fieldsOf({ phone: value }))
      value.fill(0)
      const opened = await open(harness, record)
      record.key.fill(0)
      for (const ciphertext of record.fields.values()) ciphertext.fill(0)
      assertFields(opened, fieldsOf({ phone: PLAINTEXT }))
    },
  },
  {
    name: 'does not mix up a hundred records at once',
    run: async (harness) => {
      const all = Array.from({ length: 100 }, (_, index) =>
        fieldsOf({ a: randomPlaintext(index), b: randomPlaintext(9) }),
      )
      await forEachConcurrently(all, (fields) => roundTrip(harness, fields), 100)
    },
  },
  {
    name: 'does nothing for a record when the signal was aborted before the call',
    run: async (harness) => {
      const { provider, context } = harness
      const fields = fieldsOf({ phone: PLAINTEXT })
      const record = await seal(harness, fields)
      const options = { signal: AbortSignal.abort() }
      await assertRejects('ABORTED', () => provider.encryptRecord(fields, context, options))
      await assertRejects('ABORTED', () => provider.decryptRecord(record, context, options))
    },
  },
]

async function roundTrip(harness: Records, fields: Fields): Promise<void> {
  const record = await seal(harness, fields)
  assert.deepEqual(
    [...record.fields.keys()].sort(),
    [...fields.keys()].sort(),
    'A record keeps the names of its fields',
  )
  assertFields(await open(harness, record), fields)
}

function seal({ provider, context }: Records, fields: Fields): Promise<SealedRecord> {
  return provider.encryptRecord(fields, context)
}

function open({ provider, context }: Records, record: SealedRecord): Promise<Fields> {
  return provider.decryptRecord(record, context)
}

function assertFields(actual: Fields, expected: Fields): void {
  assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort(), 'The fields are others')
  for (const [name, value] of expected) {
    assert.ok(equalBytes(actual.get(name) ?? assert.fail(), value), `Field "${name.slice(0, 40)}" came back changed`)
  }
}

function fieldsOf(fields: Readonly<Record<string, Uint8Array>>): Fields {
  return new Map(Object.entries(fields))
}

function copyOf(fields: Fields): Fields {
  return new Map([...fields].map(([name, bytes]) => [name, Uint8Array.from(bytes)]))
}
