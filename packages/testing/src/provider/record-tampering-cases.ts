import assert from 'node:assert/strict'
import type { RecordProvider, SealedRecord } from '@parasol/core'

import { assertDecryptionFails, assertRejects, assertTamperingFails, settle } from '../assertions.js'
import { concat } from '../bytes.js'
import { forEachConcurrently } from '../concurrently.js'
import type { ConformanceCase } from '../conformance-case.js'
import { flips, overwritings, splices, truncations } from '../mutations.js'
import { OTHER_PLAINTEXT, PLAINTEXT, randomPlaintext } from '../samples.js'
import type { Able } from './ability.js'

type Records = Able<RecordProvider>

/** Two records under the same context, as an attacker finds them in a table. */
interface Table {
  readonly one: SealedRecord
  readonly other: SealedRecord
  /** A ciphertext of `encrypt`, beside them. */
  readonly single: Uint8Array
}

/** What an attacker makes of them: each of it must be refused. */
const forgeries: Readonly<Record<string, (table: Table) => SealedRecord>> = {
  'whose fields were swapped': ({ one }) => withFields(one, { name: field(one, 'phone'), phone: field(one, 'name') }),
  'with a field renamed': ({ one }) => withFields(one, { name: field(one, 'name'), mobile: field(one, 'phone') }),
  'with a field under a name in another case': ({ one }) => withFields(one, { Phone: field(one, 'phone') }),
  'with a field twice, under two names': ({ one }) =>
    withFields(one, { phone: field(one, 'phone'), phone2: field(one, 'phone') }),
  'with a field of another record': ({ one, other }) =>
    withFields(one, { name: field(one, 'name'), phone: field(other, 'phone') }),
  'with all the fields of another record': ({ one, other }) => ({ key: one.key, fields: other.fields }),
  'with the key of another record': ({ one, other }) => ({ key: other.key, fields: one.fields }),
  'with a field added that was never encrypted': ({ one }) => addField(one, 'mail', randomPlaintext(64)),
  'with a field added that is empty': ({ one }) => addField(one, 'mail', new Uint8Array(0)),
  'with a field of another record added': ({ one, other }) => addField(one, 'mail', field(other, 'mail')),
  'with a single ciphertext for a field': ({ one, single }) => addField(one, 'phone', single),
  'with a single ciphertext for the key': ({ one, single }) => ({ key: single, fields: one.fields }),
  'with the key for a field': ({ one }) => addField(one, 'phone', one.key),
  'with a field for the key': ({ one }) => ({ key: field(one, 'phone'), fields: one.fields }),
  'without a key': ({ one }) => ({ key: new Uint8Array(0), fields: one.fields }),
  'with random bytes for the key': ({ one }) => ({ key: randomPlaintext(one.key.length), fields: one.fields }),
}

/** What is done to the bytes of the key and of a field; changes to a record of the integrity that was promised. */
const mutations: Readonly<Record<string, (table: Table) => readonly SealedRecord[]>> = {
  'whose key has a bit flipped in any byte': ({ one }) => withKeys(one, flips(one.key)),
  'whose key is cut off at any length': ({ one }) => withKeys(one, truncations(one.key)),
  'whose key has trailing bytes': ({ one }) => withKeys(one, [concat(one.key, Uint8Array.of(0))]),
  'whose key has greatest lengths inside': ({ one }) => withKeys(one, overwritings(one.key, 0xff)),
  'whose key begins like one and ends like another': ({ one, other }) => withKeys(one, splices(one.key, other.key)),
  'whose field has a bit flipped in any byte': ({ one }) => withPhones(one, flips(field(one, 'phone'))),
  'whose field is cut off at any length': ({ one }) => withPhones(one, truncations(field(one, 'phone'))),
  'whose field has trailing bytes': ({ one }) => withPhones(one, [concat(field(one, 'phone'), Uint8Array.of(0))]),
  'whose field begins like one and ends like another': ({ one, other }) =>
    withPhones(one, splices(field(one, 'phone'), field(other, 'phone'))),
}

/** Fields belong to their name and their record, and a record with one bad field gives no field. */
export const recordTamperingCases: readonly ConformanceCase<Records>[] = [
  ...Object.entries(forgeries).map(([what, forge]) => ({
    name: `refuses a record ${what}`,
    run: async (harness: Records) => {
      const forged = forge(await table(harness))
      await assertDecryptionFails(() => open(harness, forged), [PLAINTEXT, OTHER_PLAINTEXT])
    },
  })),
  ...Object.entries(mutations).map(([what, mutate]) => ({
    name: `refuses a record ${what}`,
    run: async (harness: Records) =>
      forEachConcurrently(mutate(await table(harness)), (forged) =>
        assertTamperingFails(harness.integrity, async () => phoneOf(await open(harness, forged))),
      ),
  })),
  {
    name: 'refuses the parts of a record for a single ciphertext',
    run: async (harness) => {
      const { provider, context } = harness
      const { one } = await table(harness)
      await assertDecryptionFails(() => provider.decrypt(one.key, context))
      await assertDecryptionFails(() => provider.decrypt(field(one, 'phone'), context))
      await assertDecryptionFails(() => provider.decrypt(concat(one.key, field(one, 'phone')), context))
    },
  },
  {
    name: 'does not confuse field names that are not well-formed Unicode',
    run: async (harness) => {
      const fields = new Map([
        ['a\ud800', PLAINTEXT],
        ['a\udfff', OTHER_PLAINTEXT],
      ])
      const outcome = await settle(() => harness.provider.encryptRecord(fields, harness.context))
      if ('error' in outcome) return void (await assertRejects('INVALID_INPUT', () => Promise.reject(outcome.error)))
      const [one = assert.fail(), other = assert.fail()] = outcome.value.fields.values()
      const swapped = {
        key: outcome.value.key,
        fields: new Map([
          ['a\ud800', other],
          ['a\udfff', one],
        ]),
      }
      await assertDecryptionFails(() => open(harness, swapped))
    },
  },
]

async function table({ provider, context }: Records): Promise<Table> {
  const one = new Map([
    ['name', OTHER_PLAINTEXT],
    ['phone', PLAINTEXT],
  ])
  const other = new Map([
    ['name', PLAINTEXT],
    ['phone', OTHER_PLAINTEXT],
    ['mail', PLAINTEXT],
  ])
  return {
    one: await provider.encryptRecord(one, context),
    other: await provider.encryptRecord(other, context),
    single: await provider.encrypt(PLAINTEXT, context),
  }
}

function open({ provider, context }: Records, record: SealedRecord): Promise<ReadonlyMap<string, Uint8Array>> {
  return provider.decryptRecord(record, context)
}

function phoneOf(fields: ReadonlyMap<string, Uint8Array>): Uint8Array {
  return fields.get('phone') ?? assert.fail('The field is missing')
}

function field({ fields }: SealedRecord, name: string): Uint8Array {
  return fields.get(name) ?? assert.fail('The field is missing')
}

function withFields({ key }: SealedRecord, fields: Readonly<Record<string, Uint8Array>>): SealedRecord {
  return { key, fields: new Map(Object.entries(fields)) }
}

function addField({ key, fields }: SealedRecord, name: string, ciphertext: Uint8Array): SealedRecord {
  return { key, fields: new Map([...fields, [name, ciphertext]]) }
}

function withKeys({ fields }: SealedRecord, keys: readonly Uint8Array[]): SealedRecord[] {
  return keys.map((key) => ({ key, fields }))
}

function withPhones(record: SealedRecord, ciphertexts: readonly Uint8Array[]): SealedRecord[] {
  return ciphertexts.map((ciphertext) => addField(record, 'phone', ciphertext))
}
