import { EnvelopeProvider } from '@parasol/backend-envelope'
import { CryptoError, createCrypto } from '@parasol/core'
import { startService } from '@parasol/service'
import { FakeKms } from '@parasol/testing'
import { expect, it } from 'vitest'
import { crm, open, post, sendRaw, start } from './fixture.js'

/** A service whose KMS takes its time. */
function startSlow(latencyMs: number, limits: object = {}) {
  const provider = new EnvelopeProvider({ kms: new FakeKms({ latencyMs }), keyId: 'alias/test' })
  return startService({
    crypto: createCrypto([provider], { customer: { scheme: 'envelope' } }),
    callers: [crm],
    limits,
  })
}

it('says that it is alive and ready, to anyone', async () => {
  await using service = await start()
  for (const path of ['/healthz', '/readyz']) {
    const response = await fetch(service.url + path)
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
  }
})

it('answers what is under way when it is closed, and lets nothing more in', async () => {
  const service = await startSlow(300)
  const answer = post(service, '/v1/customer/encrypt', { a: 'b' })
  await new Promise((resolve) => setTimeout(resolve, 100))
  const closed = service.close()
  expect((await answer).status).toBe(200)
  await closed
  await expect(post(service, '/v1/customer/encrypt', { a: 'b' })).rejects.toThrow()
})

it('cuts off who does not finish, when it is closed', async () => {
  const service = await start({ limits: { drainMs: 100 } })
  const sent = open(service, '/v1/customer/encrypt')
  const cut = new Promise((resolve) => sent.on('error', resolve))
  sent.write('{"a":')
  await new Promise((resolve) => setTimeout(resolve, 50))
  await service.close()
  await cut
})

it('sends away what is more than it can work on', async () => {
  await using service = await startSlow(200, { concurrent: 2 })
  const replies = await Promise.all(Array.from({ length: 8 }, () => post(service, '/v1/customer/encrypt', { a: 'b' })))
  const statuses = replies.map(({ status }) => status)
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(2)
  const refused = replies.find(({ status }) => status === 503)
  expect([refused?.json['code'], refused?.headers.get('retry-after')]).toEqual(['OVERLOADED', '1'])
  expect((await post(service, '/v1/customer/encrypt', { a: 'b' })).status).toBe(200)
})

it('gives up work that takes too long', async () => {
  await using service = await startSlow(5_000, { workMs: 50 })
  const { status, json } = await post(service, '/v1/customer/encrypt', { a: 'b' })
  expect([status, json['code']]).toEqual([504, 'TIMEOUT'])
})

it('gives up a request that does not arrive in time', async () => {
  await using service = await start({ limits: { arrivalMs: 200 } })
  expect(await sendRaw(service, 'POST /v1/customer/encrypt HTTP/1.1\r\nhost: a\r\n')).toContain('408')
})

it('does not listen without callers where other machines can reach it', async () => {
  const attempt = start({ callers: 'anyone', host: '0.0.0.0' })
  await expect(attempt).rejects.toSatisfy((error) => CryptoError.is(error) && error.code === 'INVALID_CONFIG')
})

it('says that a port is taken', async () => {
  await using service = await start()
  const attempt = start({ port: service.port })
  await expect(attempt).rejects.toSatisfy((error) => CryptoError.is(error) && error.code === 'IO')
})
