import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type BatchItem, ServiceClient, ServiceError } from '@parasol/service/client'
import { expect, it } from 'vitest'
import { crm, key, start } from './fixture.js'

const secret = 'a secret of more than 32 bytes, of text'
const orders = { ...crm, name: 'orders', keyHashes: [], secrets: [secret] }

/** More than a signed piece holds. */
const long = 'x'.repeat(1_000)
const item = (id: number) => ({ fields: { phone: `${id}${long}` }, context: { id: `${id}` } })

async function* items(count: number): AsyncGenerator<BatchItem<{ phone: string }>> {
  for (let id = 0; id < count; id += 1) yield item(id)
}

async function collect<Each>(source: AsyncIterable<Each>): Promise<Each[]> {
  const found: Each[] = []
  for await (const each of source) found.push(each)
  return found
}

it.each([
  ['an API key', { apiKey: key }],
  ['signatures, in pieces', { caller: 'orders', secret }],
])('encrypts and decrypts as many as there are, by %s', async (_, credentials) => {
  await using service = await start({ callers: [crm, orders] })
  const client = new ServiceClient({ url: service.url, credentials })
  const encrypted = await collect(client.encryptLines('customer', items(500)))
  const records = encrypted.map((result, id) => ({
    fields: 'record' in result ? result.record : {},
    context: { id: `${id === 7 ? 8 : id}` },
  }))
  const decrypted = await collect(client.decryptLines('customer', records))
  expect(decrypted).toHaveLength(500)
  expect(decrypted[7]).toEqual({ error: { code: 'DECRYPTION_FAILED', message: 'Decryption failed' } })
  expect(decrypted[499]).toEqual({ record: { phone: `499${long}` } })
})

it('takes no more items than results are taken from it', async () => {
  await using service = await start({ limits: { drainMs: 100 } })
  const client = new ServiceClient({ url: service.url, credentials: { apiKey: key } })
  let taken = 0
  let isClosed = false
  async function* many() {
    try {
      for (; taken < 2_000; taken += 1) yield { fields: { text: 'x'.repeat(50_000) } }
    } finally {
      isClosed = true
    }
  }
  for await (const result of client.encryptLines('customer', many())) {
    expect(result).toHaveProperty('record')
    await new Promise((resolve) => setTimeout(resolve, 300))
    break
  }
  await expect.poll(() => isClosed).toBe(true)
  expect(taken).toBeLessThan(2_000)
})

it('throws what the items throw, what a signal says, and what the service refuses', async () => {
  await using service = await start({ limits: { drainMs: 100 } })
  const client = new ServiceClient({ url: service.url, credentials: { apiKey: key } })
  const failure = new Error('of the items')
  async function* failing() {
    yield item(1)
    throw failure
  }
  expect(await collect(client.encryptLines('customer', failing())).catch((error: unknown) => error)).toBe(failure)
  const signal = AbortSignal.abort()
  const aborted = collect(client.encryptLines('customer', items(3), { signal }))
  expect(await aborted.catch((error: unknown) => error)).toBe(signal.reason)
  const refused = collect(client.encryptLines('nothing', items(3)))
  await expect(refused).rejects.toMatchObject({ status: 403, code: 'FORBIDDEN' })
})

it('tells a stream that the service ended from one that was cut off', async () => {
  const service = await start()
  const client = new ServiceClient({ url: service.url, credentials: { apiKey: key } })
  async function* waiting() {
    yield item(1)
    await new Promise((resolve) => setTimeout(resolve, 5_000).unref())
  }
  const results = client.encryptLines('customer', waiting())
  await results.next()
  const closed = service.close()
  await expect(results.next()).rejects.toMatchObject({ status: 503, code: 'OVERLOADED', retryable: true })
  await closed

  const server = createServer((_, response) => void response.end('{"record":{"phone":"p"}}\n{"rec'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const other = new ServiceClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  const error = await collect(other.encryptLines('customer', [item(1)])).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(ServiceError)
  expect(error).toMatchObject({ code: 'CUT_OFF', retryable: true })
  server.closeAllConnections()
  server.close()
})
