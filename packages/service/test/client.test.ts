import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Caller, createApiKey } from '@parasol/service'
import { ServiceClient, ServiceError } from '@parasol/service/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { crm, crypto, key, start } from './fixture.js'

const secret = createApiKey()
const orders: Caller = {
  ...crm,
  name: 'orders',
  keyHashes: [],
  secrets: [secret],
  operations: ['encrypt', 'decrypt', 'rewrap'],
}
const context = { customerId: '7', 表: '客户' }
let service: Awaited<ReturnType<typeof start>>
let client: ServiceClient
beforeAll(async () => {
  service = await start({ callers: [crm, orders] })
  client = new ServiceClient({ url: service.url, credentials: { caller: 'orders', secret } })
})
afterAll(() => service.close())

it('encrypts and decrypts records, and knows the names of their fields', async () => {
  const record = await client.encrypt('customer', { phone: '13800138000', name: '张三' }, context)
  const { phone, kms_encrypt_key } = record
  expect(await client.decrypt('customer', { phone, kms_encrypt_key }, context)).toEqual({ phone: '13800138000' })
  const { name } = await client.decrypt('customer', record, context)
  expect(name).toBe('张三')
  expect(
    await crypto.for('customer').decryptRecord({ fields: { phone }, key: kms_encrypt_key } as never, context),
  ).toEqual({
    phone: '13800138000',
  })
})

it('takes an API key, and use cases in any language', async () => {
  const client = new ServiceClient({ url: service.url, credentials: { apiKey: key } })
  const record = await client.encrypt('客户', { phone: '1' }, {})
  expect(await client.decrypt('客户', record, {})).toEqual({ phone: '1' })
})

it('rewraps a green key, which then reads the same fields', async () => {
  const record = await client.encrypt('customer', { phone: '1' }, context)
  const rewrapped = await client.rewrap('customer', record, context)
  expect(await client.decrypt('customer', { phone: record.phone, ...rewrapped }, context)).toEqual({ phone: '1' })
})

it('gives a result or an error for each of many', async () => {
  const items = ['1', '2'].map((phone) => ({ fields: { phone }, context: { customerId: phone } }))
  const encrypted = await client.encryptMany('customer', items)
  const back = encrypted.map((one, index) => ({
    fields: 'record' in one ? one.record : {},
    context: { customerId: index === 0 ? '1' : '3' },
  }))
  const error = { code: 'DECRYPTION_FAILED', message: expect.any(String) }
  expect(await client.decryptMany('customer', back)).toEqual([{ record: { phone: '1' } }, { error }])
})

it('says why the service refused, and what its logs call the request', async () => {
  const record = await client.encrypt('customer', { phone: '1' }, context)
  const error = await client.decrypt('customer', record, {}).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(ServiceError)
  expect(error).toMatchObject({ status: 422, code: 'DECRYPTION_FAILED', retryable: false })
  expect((error as ServiceError).requestId).toMatch(/^[0-9a-f-]{36}$/)
})

it('names its requests, so that the logs of the service call them so', async () => {
  const refused = client.encrypt('nothing', { phone: '1' }, {}, { requestId: 'order-7' })
  await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN', requestId: 'order-7' })
  const lines = client.encryptLines('nothing', [{ fields: { phone: '1' } }], { requestId: 'order-8' })
  await expect(lines.next()).rejects.toMatchObject({ code: 'FORBIDDEN', requestId: 'order-8' })
})

it('sends again, signed anew, what may succeed later', async () => {
  const signatures: unknown[] = []
  await using busy = await listen((attempt, { headers }) => {
    signatures.push(headers['signature'])
    return attempt < 3
      ? [503, '{"code":"OVERLOADED","message":"m","requestId":"r"}']
      : [200, '{"phone":"p","kms_encrypt_key":"k"}']
  })
  const client = new ServiceClient({ url: busy.url, credentials: { caller: 'orders', secret } })
  expect(await client.encrypt('customer', { phone: '1' }, {})).toEqual({ phone: 'p', kms_encrypt_key: 'k' })
  expect(new Set(signatures).size).toBe(3)
})

it.each<[string, number, string, object]>([
  [
    'a refusal that will not change',
    403,
    '{"code":"FORBIDDEN","message":"m","requestId":"r"}',
    { code: 'FORBIDDEN', requestId: 'r' },
  ],
  ['a page of something else', 502, '<html>', { code: 'MALFORMED_ANSWER', status: 502 }],
  ['an answer that is no record', 200, '1', { code: 'MALFORMED_ANSWER' }],
  ['a redirection, which it does not follow', 302, '', { code: 'UNREACHABLE' }],
])('reports %s', async (_, status, body, error) => {
  await using other = await listen(() => [status, body])
  const client = new ServiceClient({ url: other.url, retries: 0 })
  await expect(client.encrypt('customer', { phone: '1' }, {})).rejects.toMatchObject(error)
})

it('gives up on a service that does not answer or is not there, and when it is told to', async () => {
  await using silent = await listen(() => undefined)
  const slow = new ServiceClient({ url: silent.url, retries: 0, timeoutMs: 50 })
  await expect(slow.encrypt('customer', { phone: '1' }, {})).rejects.toMatchObject({ code: 'TIMEOUT', status: 0 })
  const stopping = AbortSignal.timeout(50)
  const told = new ServiceClient({ url: silent.url }).encrypt('customer', { phone: '1' }, {}, { signal: stopping })
  expect(await told.catch((error: unknown) => error)).toBe(stopping.reason)
  const { url } = silent
  await silent[Symbol.asyncDispose]()
  const gone = new ServiceClient({ url, retries: 0 }).encrypt('customer', { phone: '1' }, {})
  await expect(gone).rejects.toMatchObject({ code: 'UNREACHABLE', retryable: true })
})

type Respond = (attempt: number, request: { headers: Record<string, unknown> }) => readonly [number, string] | undefined

async function listen(respond: Respond): Promise<AsyncDisposable & { url: string }> {
  let attempts = 0
  const server = createServer((request, response) => {
    const [status, body] = respond(++attempts, request) ?? []
    if (status !== undefined) response.writeHead(status, { location: '/elsewhere' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
