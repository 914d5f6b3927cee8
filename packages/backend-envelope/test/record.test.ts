import { EnvelopeProvider, FIELD_OVERHEAD, suiteNames } from '@parasol/backend-envelope'
import type { EncryptionContext, SealedRecord } from '@parasol/core'
import { FakeKms } from '@parasol/testing'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { KnownKeyKms } from './known-key-kms.js'
import { bytesFor } from './vector-set.js'

const CONTEXT = { 'parasol:purpose': 'customer', row: '7' }
const text = (words: string) => Buffer.from(words)
const FIELDS = new Map([
  ['phone', text('13800138000')],
  ['idCard', text('11010519491231002X')],
  ['备注', text('')],
])
const failed = { code: 'DECRYPTION_FAILED' }
const suites = suiteNames.map((suite) => [suite] as const)

/** Every record has the same data key, as under a policy of reuse: nothing is refused because the data keys differ. */
const over = (suite: string) =>
  new EnvelopeProvider({ kms: new KnownKeyKms(bytesFor('shared', 32)), keyId: 'alias/parasol', suite })

async function refuses(suite: string, record: SealedRecord, context: EncryptionContext = CONTEXT): Promise<void> {
  await expect(over(suite).decryptRecord(record, context)).rejects.toMatchObject(failed)
}

it.each(suites)('%s: makes a field of 11 bytes 39 bytes long', async (suite) => {
  const record = await over(suite).encryptRecord(FIELDS, CONTEXT)
  expect(record.fields.get('phone')?.length).toBe(39)
  expect(record.fields.get('备注')?.length).toBe(FIELD_OVERHEAD)
  expect(FIELD_OVERHEAD).toBe(28)
})

it.each(suites)('%s: makes a green key 79 bytes longer than key id and wrapped key', async (suite) => {
  const { key } = await over(suite).encryptRecord(FIELDS, CONTEXT)
  expect(key.length).toBe(79 + 'alias/parasol'.length + 'wrapped'.length)
})

it.each(suites)('%s: opens any subset of the fields, in any order', async (suite) => {
  const record = await over(suite).encryptRecord(FIELDS, CONTEXT)
  const subset = fc.shuffledSubarray([...record.fields], { minLength: 0 })
  await fc.assert(
    fc.asyncProperty(subset, async (fields) => {
      const opened = await over(suite).decryptRecord({ key: record.key, fields: new Map(fields) }, CONTEXT)
      const texts = [...opened].map(([name, field]) => [name, Buffer.from(field)])
      expect(texts).toEqual(fields.map(([name]) => [name, FIELDS.get(name)]))
    }),
    { numRuns: 20 },
  )
})

it.each(suites)('%s: refuses two fields exchanged', async (suite) => {
  const { key, fields } = await over(suite).encryptRecord(FIELDS, CONTEXT)
  const exchanged = new Map([
    ['phone', fields.get('idCard') ?? key],
    ['idCard', fields.get('phone') ?? key],
  ])
  await refuses(suite, { key, fields: exchanged })
})

it.each(suites)('%s: refuses a field of another record of the same data key, context and name', async (suite) => {
  const [one, other] = [
    await over(suite).encryptRecord(FIELDS, CONTEXT),
    await over(suite).encryptRecord(FIELDS, CONTEXT),
  ]
  await refuses(suite, {
    key: one.key,
    fields: new Map([...one.fields, ['phone', other.fields.get('phone') ?? one.key]]),
  })
  await refuses(suite, { key: one.key, fields: other.fields })
})

it.each(suites)('%s: refuses a record moved to another row or use case, also one without fields', async (suite) => {
  const { key, fields } = await over(suite).encryptRecord(FIELDS, CONTEXT)
  for (const context of [{ ...CONTEXT, row: '8' }, { ...CONTEXT, 'parasol:purpose': 'supplier' }, {}]) {
    await refuses(suite, { key, fields }, context)
    await refuses(suite, { key, fields: new Map() }, context)
  }
})

it.each(suites)('%s: keeps single values and fields of records apart', async (suite) => {
  const { key, fields } = await over(suite).encryptRecord(FIELDS, CONTEXT)
  for (const field of fields.values()) {
    await expect(over(suite).decrypt(Buffer.concat([key, field]), CONTEXT)).rejects.toMatchObject(failed)
  }
  const value = await over(suite).encrypt(text('13800138000'), CONTEXT)
  const record = { key: value.subarray(0, key.length), fields: new Map([['phone', value.subarray(key.length)]]) }
  await refuses(suite, record)
})

it.each(suites)('%s: opens a name only as the bytes that it was', async (suite) => {
  const record = await over(suite).encryptRecord(new Map([['\u00e9', text('NFC')]]), CONTEXT)
  const field = record.fields.get('\u00e9') ?? record.key
  for (const name of ['e\u0301', 'e', '', '\u00e9 ', '\u00c9', '\0\u00e9']) {
    await refuses(suite, { key: record.key, fields: new Map([[name, field]]) })
  }
})

it.each(suites)('%s: gives two records of the same fields nothing in common but the wrapped keys', async (suite) => {
  const [one, other] = [
    await over(suite).encryptRecord(FIELDS, CONTEXT),
    await over(suite).encryptRecord(FIELDS, CONTEXT),
  ]
  expect(one.key.subarray(2, 58)).not.toEqual(other.key.subarray(2, 58))
  for (const [name, field] of one.fields) expect(field).not.toEqual(other.fields.get(name))
})

it('refuses a value or a record with a field that is too short before it asks the KMS', async () => {
  const kms = new KnownKeyKms(bytesFor('shared', 32))
  const provider = new EnvelopeProvider({ kms, keyId: 'alias/parasol' })
  const { key, fields } = await provider.encryptRecord(FIELDS, CONTEXT)
  for (const short of [new Uint8Array(0), new Uint8Array(FIELD_OVERHEAD - 1)]) {
    const record = { key, fields: new Map([...fields, ['fax', short]]) }
    await expect(provider.decryptRecord(record, CONTEXT)).rejects.toMatchObject(failed)
    await expect(provider.decrypt(Buffer.concat([key, short]), CONTEXT)).rejects.toMatchObject(failed)
  }
  expect(kms.calls.map(({ operation }) => operation)).toEqual(['generateDataKey'])
})

it('refuses a record without fields, and a name that is not well-formed', async () => {
  const provider = new EnvelopeProvider({ kms: new FakeKms(), keyId: 'alias/parasol' })
  const invalid = { code: 'INVALID_INPUT' }
  await expect(provider.encryptRecord(new Map(), CONTEXT)).rejects.toMatchObject(invalid)
  await expect(provider.encryptRecord(new Map([['\ud800', text('a')]]), CONTEXT)).rejects.toMatchObject(invalid)
})
