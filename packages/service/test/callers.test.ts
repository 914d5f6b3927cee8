import { type Caller, createApiKey, hashApiKey } from '@parasol/service'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { crm, key, post, sendRaw, start } from './fixture.js'

const readerKey = createApiKey()
const slowKey = createApiKey()
const reader: Caller = {
  name: 'reader',
  keyHashes: [hashApiKey(readerKey)],
  useCases: ['customer'],
  operations: ['decrypt'],
}
const slow: Caller = { ...crm, name: 'slow', keyHashes: [hashApiKey(slowKey)], requestsPerSecond: 2 }

let service: Awaited<ReturnType<typeof start>>
beforeAll(async () => {
  service = await start({ callers: [crm, reader, slow] })
})
afterAll(() => service.close())

it.each([
  ['no key', undefined],
  ['an empty key', 'Bearer '],
  ['a key of nobody', `Bearer ${createApiKey()}`],
  ['a shortened key', `Bearer ${key.slice(0, -1)}`],
  ['a lengthened key', `Bearer ${key}A`],
  ['the hash of a key', `Bearer ${hashApiKey(key)}`],
  ['another scheme', `Basic ${key}`],
  ['the key twice', `Bearer ${key}, Bearer ${key}`],
])('refuses %s, as every other', async (_, authorization) => {
  const headers = { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) }
  const paths = ['/v1/customer/encrypt', '/v1/nothing/encrypt', '/nowhere']
  for (const path of paths) {
    const response = await fetch(service.url + path, { method: 'POST', headers, body: '{"a":"b"}' })
    const { requestId: _, ...answer } = (await response.json()) as Record<string, string>
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect(answer).toEqual({ code: 'UNAUTHORIZED', message: 'An API key is needed: Authorization: Bearer <key>' })
  }
})

it('limits a caller to its operations and use cases, and does not say which others there are', async () => {
  const { json } = await post(service, '/v1/customer/encrypt', { a: 'b' })
  expect((await post(service, '/v1/customer/decrypt', json, { key: readerKey })).json).toEqual({ a: 'b' })
  const refused = await Promise.all([
    post(service, '/v1/customer/encrypt', { a: 'b' }, { key: readerKey }),
    post(service, '/v1/secret/decrypt', { a: 'b' }, { key: readerKey }),
    post(service, '/v1/nothing/decrypt', { a: 'b' }, { key: readerKey }),
  ])
  const answers = refused.map(({ status, json: { requestId: _, ...answer } }) => ({ status, ...answer }))
  expect(answers).toEqual(Array(3).fill({ status: 403, code: 'FORBIDDEN', message: 'This caller may not do this' }))
})

it('takes both keys of a caller while one is being replaced', async () => {
  const next = createApiKey()
  await using service = await start({ callers: [{ ...crm, keyHashes: [...crm.keyHashes, hashApiKey(next)] }] })
  for (const each of [key, next]) {
    expect((await post(service, '/v1/customer/encrypt', { a: 'b' }, { key: each })).status).toBe(200)
  }
})

it('limits how fast a caller may call, and no other', async () => {
  const replies = await Promise.all(
    Array.from({ length: 20 }, () => post(service, '/v1/customer/encrypt', { a: 'b' }, { key: slowKey })),
  )
  const refused = replies.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(0)
  expect([refused[0]?.json['code'], refused[0]?.headers.get('retry-after')]).toEqual(['RATE_LIMITED', '1'])
  expect((await post(service, '/v1/customer/encrypt', { a: 'b' })).status).toBe(200)
})

it('lets anyone in on loopback if it is told to, but for a page that gave its name this address', async () => {
  await using open = await start({ callers: 'anyone' })
  expect((await post(open, '/v1/customer/encrypt', { a: 'b' }, { key: '' })).status).toBe(200)
  const head =
    'POST /v1/customer/encrypt HTTP/1.1\r\nhost: evil.example\r\ncontent-type: application/json\r\nconnection: close'
  expect(await sendRaw(open, `${head}\r\ncontent-length: 9\r\n\r\n{"a":"b"}`)).toMatch(/^HTTP\/1.1 421 /)
})

it.each([
  ['one name', [crm, { ...reader, name: 'crm' }]],
  ['one key', [crm, { ...reader, keyHashes: crm.keyHashes }]],
  ['a hash that is none', [{ ...crm, keyHashes: [key] }]],
])('does not start with callers of %s', async (_, callers) => {
  await expect(start({ callers })).rejects.toMatchObject({ code: 'INVALID_CONFIG' })
})
