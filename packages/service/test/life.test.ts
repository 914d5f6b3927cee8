import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EnvelopeProvider } from '@parasol/backend-envelope'
import { CryptoError, createCrypto, type DataKey, type EncryptionContext } from '@parasol/core'
import { AuditLog, createApiKey, hashApiKey, startService } from '@parasol/service'
import { FakeKms } from '@parasol/testing'
import { expect, it } from 'vitest'
import { crm, key, open, post, sendRaw, start } from './fixture.js'

/** A KMS that can go away, and counts who asks. */
class FlakyKms extends FakeKms {
  isAway = false
  asked = 0

  override async generateDataKey(keyId: string, context: EncryptionContext): Promise<DataKey> {
    this.asked += 1
    if (this.isAway) throw new CryptoError('KMS_UNAVAILABLE', 'away')
    return super.generateDataKey(keyId, context)
  }
}

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
  const ask = async (path: string) => {
    const response = await fetch(service.url + path)
    return [response.status, await response.json()]
  }
  expect(await ask('/healthz')).toEqual([200, { status: 'ok' }])
  const checks = { kms: 'ok', log: 'ok', disk: 'ok' }
  expect(await ask('/readyz')).toEqual([200, { status: 'ok', checks }])
})

it('is not ready while its KMS is away or a disk is nearly full, and asks the KMS no more than a little', async () => {
  const kms = new FlakyKms()
  const crypto = createCrypto([new EnvelopeProvider({ kms, keyId: 'alias/test' })], {
    customer: { scheme: 'envelope' },
  })
  await using service = await startService({ crypto, callers: [crm] })
  const ask = async () => {
    const response = await fetch(`${service.url}/readyz`)
    const { checks } = (await response.json()) as { checks: { kms: string } }
    return { status: response.status, kms: checks.kms }
  }
  kms.isAway = true
  const answers = await Promise.all(Array.from({ length: 20 }, ask))
  expect(new Set(answers.map(({ status, kms }) => `${status} ${kms}`))).toEqual(new Set(['503 KMS_UNAVAILABLE']))
  expect(kms.asked).toBe(1)
  kms.isAway = false
  await expect.poll(ask, { timeout: 10_000 }).toMatchObject({ status: 200, kms: 'ok' })
  await ask()
  expect(kms.asked).toBeLessThan(20)
  const folder = mkdtempSync(join(tmpdir(), 'parasol-ready-'))
  await using audit = await AuditLog.open({ folder })
  await using full = await start({ audit, limits: { freeBytes: Number.MAX_SAFE_INTEGER } })
  const response = await fetch(`${full.url}/readyz`)
  expect([response.status, await response.json()]).toMatchObject([503, { checks: { disk: 'FULL', kms: 'ok' } }])
  rmSync(folder, { recursive: true })
})

it('takes other callers and limits while it runs, and none that are not sound', async () => {
  await using service = await start()
  const send = async (apiKey: string) =>
    (await post(service, '/v1/customer/encrypt', { a: 'b' }, { key: apiKey })).status
  const other = createApiKey()
  service.change({ callers: [{ ...crm, keyHashes: [hashApiKey(other)] }] })
  expect([await send(key), await send(other)]).toEqual([401, 200])
  expect(() => service.change({ callers: [crm, crm] })).toThrow('the same name')
  expect(await send(other)).toBe(200)
  service.change({ callers: [crm], limits: { bodyBytes: 5 } })
  expect([await send(key), await send(other)]).toEqual([413, 401])
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

it('waits for nobody who never said a word, when it is closed', async () => {
  const service = await start({ limits: { arrivalMs: 60_000, drainMs: 60_000 } })
  const socket = connect(service.port, service.host)
  const gone = once(socket, 'close')
  await once(socket, 'connect')
  await post(service, '/v1/customer/encrypt', { a: 'b' })
  await service.close()
  await gone
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
