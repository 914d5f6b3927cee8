import { CryptoError } from '@parasol/core'
import type { RunningService } from '@parasol/service'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { key, kms, open, post, sendRaw, start } from './fixture.js'

const SECRET = 'canary-13800138000'
const reports: unknown[] = []
let service: RunningService
beforeAll(async () => {
  service = await start({ limits: { bodyBytes: 2_000, fields: 5 }, onRequest: (report) => void reports.push(report) })
})
afterAll(() => service.close())

const bodies: readonly [what: string, body: string | Uint8Array, status: number, code: string][] = [
  ['no JSON', `{"a":"${SECRET}"`, 400, 'INVALID_INPUT'],
  ['nothing', '', 400, 'INVALID_INPUT'],
  ['an empty object', '{}', 400, 'INVALID_INPUT'],
  ['a list', `["${SECRET}"]`, 400, 'INVALID_INPUT'],
  ['a string', `"${SECRET}"`, 400, 'INVALID_INPUT'],
  ['null', 'null', 400, 'INVALID_INPUT'],
  ['a number as a value', '{"a":1}', 400, 'INVALID_INPUT'],
  ['an object as a value', `{"a":{"b":"${SECRET}"}}`, 400, 'INVALID_INPUT'],
  ['a nested bomb', '['.repeat(1_999), 400, 'INVALID_INPUT'],
  ['the same key twice', `{"a":"${SECRET}","a":"y"}`, 400, 'INVALID_INPUT'],
  ['the same key twice, once escaped', `{"a\\\\":"${SECRET}\\"","\\u0061\\\\":"y"}`, 400, 'INVALID_INPUT'],
  ['__proto__', `{"__proto__":"${SECRET}","b":"c"}`, 400, 'INVALID_INPUT'],
  ['a byte-order mark', `\ufeff{"a":"${SECRET}"}`, 400, 'INVALID_INPUT'],
  [
    'bytes that are not UTF-8',
    Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    400,
    'INVALID_INPUT',
  ],
  ['half a surrogate pair', '{"a":"\\ud800"}', 400, 'INVALID_INPUT'],
  ['half a surrogate pair as a name', '{"\\ud800":"a"}', 400, 'INVALID_INPUT'],
  ['the name of the green key', `{"kms_encrypt_key":"${SECRET}","a":"b"}`, 400, 'INVALID_INPUT'],
  ['too many fields', '{"a":"","b":"","c":"","d":"","e":"","f":""}', 400, 'INVALID_INPUT'],
  ['too many bytes', JSON.stringify({ a: SECRET.repeat(200) }), 413, 'BODY_TOO_LARGE'],
]

it.each(bodies)('refuses %s', async (_, body, status, code) => {
  const reply = await post(service, '/v1/customer/encrypt', body)
  expect([reply.status, reply.json['code']]).toEqual([status, code])
  expect(reply.headers.get('parasol-request-id')).toBe(reply.json['requestId'])
  expect(JSON.stringify(reply.json)).not.toContain('canary')
})

it('takes what only looks like a repeated key', async () => {
  const body = '{ "a\\"b\\\\" : "\\\\\\"" , "c" : "{\\"c\\":\\"c\\"}" , "" : "" , "toString":"x" }'
  const { status, json } = await post(service, '/v1/customer/encrypt', body)
  expect(status).toBe(200)
  expect((await post(service, '/v1/customer/decrypt', json)).json).toEqual(JSON.parse(body))
})

it.each([
  ['no JSON', '{'],
  ['neither of the three forms', 'a=b'],
  ['a number in it', '{"id":7}'],
  ['a key of ours', '{"parasol:purpose":"x"}'],
  ['a key that stands twice', '{"id":"7","id":"8"}'],
  ['a broken escape', '%7B%2'],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff]).toString('base64url')],
  ['more than 8 KB', JSON.stringify({ id: 'x'.repeat(8_200) })],
])('refuses a context with %s', async (_, context) => {
  const { status, json } = await post(service, '/v1/customer/encrypt', { a: 'b' }, { context })
  expect([status, json['code']]).toEqual([400, 'INVALID_INPUT'])
})

it('refuses tokens that are none, and those of a scheme that the use case does not read', async () => {
  const { json } = await post(service, '/v1/secret/encrypt', { a: 'b' })
  expect((await post(service, '/v1/customer/decrypt', json)).json['code']).toBe('SCHEME_NOT_ALLOWED')
  expect((await post(service, '/v1/customer/decrypt', { a: 'b' })).json['code']).toBe('INVALID_INPUT')
})

it.each<[string, Record<string, string>]>([
  ['text', { 'content-type': 'text/plain' }],
  ['another charset', { 'content-type': 'application/json; charset=gbk' }],
  ['compression', { 'content-encoding': 'gzip' }],
])('refuses %s', async (_, headers) => {
  const { status, json } = await post(service, '/v1/customer/encrypt', '{"a":"b"}', { headers })
  expect([status, json['code']]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
})

it.each([
  ['/', 404],
  ['/v1/customer', 404],
  ['/v2/customer/encrypt', 404],
  ['/v1/customer/encrypt/', 404],
  ['/v1//encrypt', 404],
  ['/v1/customer/constructor', 404],
  ['/v1/%ff/encrypt', 404],
  ['/v1/customer/../secret/encrypt?x=1', 404],
])('answers %s with %i', async (path, status) => {
  expect((await post(service, path, '{"a":"b"}')).status).toBe(status)
})

it('says which method a path takes', async () => {
  const { status, headers } = await post(service, '/v1/customer/encrypt', undefined, { method: 'GET' })
  expect([status, headers.get('allow')]).toEqual([405, 'POST, GET'])
})

it('shows nothing of a failure of its own, and reports it to its operator', async () => {
  kms.failNext(new CryptoError('ACCESS_DENIED', 'The role acs:ram::1 may not use alias/test'))
  const { status, json } = await post(service, '/v1/customer/encrypt', { a: SECRET })
  expect([status, json['code']]).toEqual([502, 'KMS_REFUSED'])
  expect(json['message']).not.toContain('alias')
  expect(reports.at(-1)).toMatchObject({
    requestId: json['requestId'],
    status: 502,
    caller: 'crm',
    useCase: 'customer',
  })
})

it('says when to come again while the KMS is away', async () => {
  kms.failNext(new CryptoError('KMS_UNAVAILABLE', 'No answer'))
  const { status, json, headers } = await post(service, '/v1/customer/encrypt', { a: SECRET })
  expect([status, json['code'], headers.get('retry-after')]).toEqual([503, 'KMS_UNAVAILABLE', '1'])
  expect((await post(service, '/v1/customer/encrypt', { a: SECRET })).status).toBe(200)
})

it('never reports a value', () => {
  expect(reports.length).toBeGreaterThan(10)
  expect(JSON.stringify(reports)).not.toContain('canary')
})

it('answers what is not HTTP in JSON, with its security headers', async () => {
  const answer = await sendRaw(service, 'GARBAGE\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1.1 400 /)
  expect(answer).toContain('"code":"MALFORMED_REQUEST"')
  expect(answer).toContain('cache-control: no-store')
  expect(await sendRaw(service, `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toContain('431')
})

it('refuses a request whose length is said in two ways', async () => {
  const head = 'POST /v1/customer/encrypt HTTP/1.1\r\nhost: a\r\n'
  const smuggled = await sendRaw(service, `${head}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`)
  expect(smuggled).toMatch(/^HTTP\/1.1 400 /)
})

it('sends every answer with headers that keep it out of caches and pages', async () => {
  const { headers } = await post(service, '/v1/customer/encrypt', { a: 'b' })
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('content-security-policy')).toContain("default-src 'none'")
})

it('stops reading a body that grows beyond the limit', async () => {
  const sent = open(service, '/v1/customer/encrypt')
  const answered = new Promise<number | undefined>((resolve, reject) => {
    sent.on('response', (response) => resolve(response.resume().statusCode))
    sent.on('error', reject)
  })
  sent.write(`{"a":"${'x'.repeat(5_000)}`)
  expect(await answered).toBe(413)
  sent.destroy()
})

it('says in its own words that a request names no host, and takes those of HTTP/1.0, which need none', async () => {
  await using service = await start()
  const send = (version: string) =>
    sendRaw(
      service,
      `POST /v1/customer/encrypt HTTP/${version}\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: 9\r\nconnection: close\r\n\r\n{"a":"b"}`,
    )
  const refused = await send('1.1')
  expect(refused).toMatch(/^HTTP\/1\.1 400 [\s\S]*x-content-type-options: nosniff/)
  expect(refused).toContain('"code":"MALFORMED_REQUEST"')
  expect(await send('1.0')).toContain('"kms_encrypt_key"')
})

it('passes over an expectation that it does not know', async () => {
  await using service = await start()
  const head = `POST /v1/customer/encrypt HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${key}\r\nconnection: close\r\n`
  const rest = 'content-type: application/json\r\ncontent-length: 9\r\nexpect: everything\r\n\r\n{"a":"b"}'
  expect(await sendRaw(service, head + rest)).toContain('"kms_encrypt_key"')
})
