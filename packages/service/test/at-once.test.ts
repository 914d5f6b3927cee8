import { EnvelopeProvider } from '@parasol/backend-envelope'
import { createCrypto } from '@parasol/core'
import type { RunningService } from '@parasol/service'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { crm, kms, post, start } from './fixture.js'

const waiting = new EnvelopeProvider({ kms, keyId: 'alias/test', scheme: 'waiting' })
const ready = new EnvelopeProvider({ kms, keyId: 'alias/test', scheme: 'ready', dataKeys: { reuse: {} } })
const crypto = createCrypto([waiting, ready], { waiting: { scheme: 'waiting' }, ready: { scheme: 'ready' } })

let service: RunningService
beforeAll(async () => {
  service = await start({ crypto, callers: [{ ...crm, useCases: ['waiting', 'ready'] }] })
  await post(service, '/v1/ready/encrypt', { a: 'b' })
})
afterAll(async () => {
  await service.close()
  waiting[Symbol.dispose]()
  ready[Symbol.dispose]()
})

it.each([
  ['names', { '"': '1', '\\': '2', '\u2028\n\0': '3', 客户: '4', constructor: '5', '10': '6', '': '7' }],
  ['texts', { a: '', b: '数据\u0000"\\', c: 'x'.repeat(100_000) }],
])('answers unusual %s as it does when it has to wait', async (_, fields) => {
  for (const useCase of ['waiting', 'ready']) {
    const { status, json } = await post(service, `/v1/${useCase}/encrypt`, fields)
    expect([status, Object.keys(json)]).toEqual([200, [...Object.keys(fields), 'kms_encrypt_key']])
    expect((await post(service, `/v1/${useCase}/decrypt`, json)).json).toEqual(fields)
  }
})

it.each([
  ['no fields', 'encrypt', '{}'],
  ['the name of the green key', 'encrypt', '{"a":"b","kms_encrypt_key":"c"}'],
  ['half a character', 'encrypt', '{"a":"\\ud800"}'],
  ['half a character in a name', 'encrypt', '{"\\ud800":"a"}'],
  ['nothing but a green key', 'decrypt', '{"kms_encrypt_key":"enc1.ready.AAAA"}'],
  ['no token', 'decrypt', '{"a":"b","kms_encrypt_key":"enc1.ready.AAAA"}'],
  ['an empty green key', 'decrypt', '{"a":"enc1.ready.AAAA","kms_encrypt_key":""}'],
])('refuses %s as it does when it has to wait', async (_, operation, body) => {
  const replies = []
  for (const useCase of ['waiting', 'ready']) {
    const text = body.replaceAll('ready', useCase)
    const { status, json } = await post(service, `/v1/${useCase}/${operation}`, text)
    replies.push({ status, code: json['code'], message: json['message']?.replaceAll(useCase, 'scheme') })
  }
  expect(replies[1]).toEqual(replies[0])
  expect(replies[1]?.status).toBeGreaterThanOrEqual(400)
})

it('says only that decryption failed, whatever is wrong', async () => {
  const context = { id: '1' }
  const { json } = await post(service, '/v1/ready/encrypt', { a: 'b', c: 'd' }, { context })
  const { a = '', c = '' } = json
  const wrong = [
    post(service, '/v1/ready/decrypt', json, { context: { id: '2' } }),
    post(service, '/v1/ready/decrypt', { ...json, a: c, c: a }, { context }),
    post(service, '/v1/ready/decrypt', { ...json, a: `${a.slice(0, -2)}AA` }, { context }),
  ]
  for (const { status, json } of await Promise.all(wrong)) {
    expect([status, json['code'], json['message']]).toEqual([422, 'DECRYPTION_FAILED', 'Decryption failed'])
  }
})
