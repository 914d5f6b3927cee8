import { unflattenRecord } from '@parasol/core'
import type { RunningService } from '@parasol/service'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { crypto, post, start } from './fixture.js'

let service: RunningService
beforeAll(async () => {
  service = await start()
})
afterAll(() => service.close())

const fields = { key1: 'data1', key2: '数据二' }
const context = { customerId: '7' }

it('answers the fields encrypted, and the green key beside them', async () => {
  const { status, json } = await post(service, '/v1/customer/encrypt', fields)
  expect(status).toBe(200)
  expect(Object.keys(json)).toEqual(['key1', 'key2', 'kms_encrypt_key'])
  for (const token of Object.values(json)) expect(token).toMatch(/^enc1\.envelope\./)
})

it('decrypts what it encrypted, whole or in part', async () => {
  const { json } = await post(service, '/v1/customer/encrypt', fields, { context })
  expect((await post(service, '/v1/customer/decrypt', json, { context })).json).toEqual(fields)
  const { key1: _, ...part } = json
  expect((await post(service, '/v1/customer/decrypt', part, { context })).json).toEqual({ key2: '数据二' })
})

it('writes what the SDK reads, and reads what the SDK writes', async () => {
  const cipher = crypto.for('customer')
  const { json } = await post(service, '/v1/customer/encrypt', fields, { context })
  expect(await cipher.decryptRecord(unflattenRecord(json), context)).toEqual(fields)
  const record = await cipher.encryptRecord(fields, context)
  const flat = { ...record.fields, kms_encrypt_key: record.key }
  expect((await post(service, '/v1/customer/decrypt', flat, { context })).json).toEqual(fields)
})

it('answers without a green key for a scheme that has none', async () => {
  const { json } = await post(service, '/v1/secret/encrypt', fields, { context })
  expect(Object.keys(json)).toEqual(['key1', 'key2'])
  expect((await post(service, '/v1/secret/decrypt', json, { context })).json).toEqual(fields)
  expect((await post(service, '/v1/moving/encrypt', fields, { context })).json).toHaveProperty('kms_encrypt_key')
})

it('takes a use case whose name is not ASCII', async () => {
  const path = `/v1/${encodeURIComponent('客户')}`
  const { json } = await post(service, `${path}/encrypt`, fields)
  expect((await post(service, `${path}/decrypt`, json)).json).toEqual(fields)
})

it.each<[string, (json: string) => string]>([
  [
    'JSON with escapes',
    (json) => json.replaceAll(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ],
  ['percent-encoding', encodeURIComponent],
  ['base64url', (json) => Buffer.from(json).toString('base64url')],
])('takes a context in %s', async (_, encode) => {
  const chinese = { 表: '客户', id: '7%41' }
  const header = encode(JSON.stringify(chinese))
  const { status, json } = await post(service, '/v1/customer/encrypt', fields, { context: header })
  expect(status).toBe(200)
  expect(await crypto.for('customer').decryptRecord(unflattenRecord(json), chinese)).toEqual(fields)
})

it('says only that decryption failed, whatever is wrong', async () => {
  const { json } = await post(service, '/v1/customer/encrypt', fields, { context })
  const attempts = [
    post(service, '/v1/customer/decrypt', json, { context: { customerId: '8' } }),
    post(service, '/v1/客户/decrypt', json, { context }),
    post(service, '/v1/customer/decrypt', { ...json, key1: json['key2'] }, { context }),
    post(service, '/v1/customer/decrypt', { ...json, kms_encrypt_key: json['key1'] }, { context }),
  ]
  for (const { status, json } of await Promise.all(attempts)) {
    expect([status, json['code'], json['message']]).toEqual([422, 'DECRYPTION_FAILED', 'Decryption failed'])
  }
})

it('does many requests at once without mixing them up', async () => {
  const numbers = Array.from({ length: 100 }, (_, index) => String(index))
  const answers = await Promise.all(
    numbers.map(async (id) => {
      const { json } = await post(service, '/v1/customer/encrypt', { id }, { context: { id } })
      return (await post(service, '/v1/customer/decrypt', json, { context: { id } })).json['id']
    }),
  )
  expect(answers).toEqual(numbers)
})
