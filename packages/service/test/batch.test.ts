import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BackupLog, findBackups, type RunningService } from '@parasol/service'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { crm, post, start } from './fixture.js'

interface Outcome {
  readonly record?: Record<string, string>
  readonly error?: { code: string; message: string }
}

const root = mkdtempSync(join(tmpdir(), 'parasol-batch-'))
let backup: BackupLog
let service: RunningService
beforeAll(async () => {
  backup = await BackupLog.open({ folder: root })
  service = await start({
    backup,
    limits: { fields: 20 },
    callers: [{ ...crm, operations: ['encrypt', 'decrypt', 'rewrap'] }],
  })
})
afterAll(async () => {
  await service.close()
  await backup[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

const outcomesOf = async (path: string, body: unknown): Promise<Outcome[]> =>
  (await post(service, path, body)).json as unknown as Outcome[]

const people = [
  { fields: { name: 'a', phone: '1' }, context: { id: '1' } },
  { fields: { name: 'b' }, context: { id: '2' } },
  { fields: { name: 'c' } },
]

it('encrypts and decrypts many records, each under its own context, and backs up each', async () => {
  const encrypted = await outcomesOf('/v1/customer/encrypt/batch', people)
  const records = encrypted.map(({ record = {} }, index) => ({ ...people[index], fields: record }))
  const decrypted = await outcomesOf('/v1/customer/decrypt/batch', records)
  expect(decrypted.map(({ record }) => record)).toEqual(people.map(({ fields }) => fields))
  const kept: unknown[] = []
  for await (const { record } of findBackups(root, {})) kept.push(record)
  expect(kept).toEqual(encrypted.map(({ record }) => record))
})

it('says which records failed, and why, and answers the others', async () => {
  const [first] = await outcomesOf('/v1/customer/encrypt/batch', people)
  const fields = first?.record ?? {}
  const outcomes = await outcomesOf('/v1/customer/decrypt/batch', [
    { fields, context: { id: '2' } },
    { fields, context: { id: '1' } },
    { fields: { name: 'no token' } },
  ])
  expect(outcomes).toEqual([
    { error: { code: 'DECRYPTION_FAILED', message: 'Decryption failed' } },
    { record: people[0]?.fields },
    { error: { code: 'INVALID_INPUT', message: expect.stringContaining('token') } },
  ])
})

it.each([
  ['no array', { fields: { a: 'b' } }],
  ['an empty array', []],
  ['a record that is none', [7]],
  ['a record without fields', [{ context: {} }]],
  ['an unknown key', [{ fields: { a: 'b' }, purpose: 'x' }]],
  ['a value that is no string', [{ fields: { a: 1 } }]],
  ['a key that stands twice', '[{"fields":{"a":"b","a":"c"}}]'],
  ['a record with two contexts', '[{"fields":{"a":"b"},"context":{},"context":{"id":"1"}}]'],
  ['__proto__', '[{"fields":{"__proto__":"b"}}]'],
  ['__proto__ as a part', '[{"fields":{"a":"b"},"__proto__":{"context":"x"}}]'],
  ['too many fields', Array(21).fill({ fields: { a: 'b' } })],
])('refuses %s as a whole', async (_, body) => {
  const { status, json } = await post(service, '/v1/customer/encrypt/batch', body)
  expect([status, json['code']]).toEqual([400, 'INVALID_INPUT'])
})

it('renews a green key, with which the same fields open', async () => {
  const context = { id: '1' }
  const { json } = await post(service, '/v1/customer/encrypt', { a: 'b' }, { context })
  const { kms_encrypt_key, ...fields } = json
  const renewed = (await post(service, '/v1/customer/rewrap', { kms_encrypt_key }, { context })).json
  expect(renewed['kms_encrypt_key']).not.toBe(kms_encrypt_key)
  const record = { ...fields, ...renewed }
  expect((await post(service, '/v1/customer/decrypt', record, { context })).json).toEqual({ a: 'b' })
})

it('renews nothing under another context, of a scheme without green keys, or beside fields', async () => {
  const { json } = await post(service, '/v1/customer/encrypt', { a: 'b' })
  const { kms_encrypt_key } = json
  const rewrap = async (path: string, body: unknown, context = {}) =>
    (await post(service, `/v1/${path}/rewrap`, body, { context })).json['code']
  expect(await rewrap('customer', { kms_encrypt_key }, { id: '1' })).toBe('DECRYPTION_FAILED')
  expect(await rewrap('customer', json)).toBe('INVALID_INPUT')
  const direct = await post(service, '/v1/secret/encrypt', { a: 'b' })
  expect(await rewrap('secret', { kms_encrypt_key: direct.json['a'] })).toBe('DECRYPTION_FAILED')
})
