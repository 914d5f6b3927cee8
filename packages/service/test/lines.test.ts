import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EnvelopeProvider } from '@parasol/backend-envelope'
import { CryptoError, createCrypto } from '@parasol/core'
import {
  type AuditEntry,
  AuditLog,
  BackupLog,
  findAudits,
  findBackups,
  type KeptLog,
  type RequestReport,
  signRequest,
} from '@parasol/service'
import { FakeKms } from '@parasol/testing'
import { afterAll, expect, it } from 'vitest'
import { crm, key, post, start } from './fixture.js'
import { LineExchange } from './lines.js'

const root = mkdtempSync(join(tmpdir(), 'parasol-lines-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const ENCRYPT = '/v1/customer/encrypt/batch'
const person = (id: number) => ({ fields: { name: `name ${id}` }, context: { id: `${id}` } })
const people = (count: number) => Array.from({ length: count }, (_, id) => person(id))

it('answers each line by a line in the same order, and says in the last one that this was all', async () => {
  await using service = await start({ callers: [{ ...crm, operations: ['encrypt', 'decrypt', 'rewrap'] }] })
  const exchange = new LineExchange(service, ENCRYPT).send(...people(600)).end()
  const answer = await exchange.answer()
  expect(answer.headers).toMatchObject({ 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
  const { replies, whole, end } = await exchange.read()
  expect([replies.length, whole, end?.code]).toEqual([601, true, 'OK'])
  expect(end?.requestId).toBe(answer.headers['parasol-request-id'])
  const records = replies.slice(0, -1).map(({ record = {} }, id) => ({ fields: record, context: { id: `${id}` } }))
  const decrypted = await new LineExchange(service, '/v1/customer/decrypt/batch')
    .send(...records)
    .end()
    .read()
  expect(decrypted.replies.slice(0, -1)).toEqual(people(600).map(({ fields }) => ({ record: fields })))
  const keys = records.map(({ fields, context }) => {
    return { fields: { kms_encrypt_key: fields['kms_encrypt_key'] }, context }
  })
  const rewrapped = await new LineExchange(service, '/v1/customer/rewrap/batch')
    .send(...keys)
    .end()
    .read()
  expect(new Set(rewrapped.replies.map(({ record }) => record?.['kms_encrypt_key'])).size).toBe(601)
})

it('works on many at once, without a warning, while they wait for the same key', async () => {
  const warnings: Error[] = []
  const listen = (warning: Error): void => void warnings.push(warning)
  process.on('warning', listen)
  const kms = new FakeKms({ latencyMs: 50 })
  const provider = new EnvelopeProvider({ kms, keyId: 'alias/test', dataKeys: { reuse: {} } })
  const crypto = createCrypto([provider], { customer: { scheme: 'envelope' } })
  await using service = await start({ crypto, callers: [{ ...crm, useCases: ['customer'] }] })
  const { replies } = await new LineExchange(service, ENCRYPT)
    .send(...people(300))
    .end()
    .read()
  const { status } = await post(service, ENCRYPT, people(300))
  process.off('warning', listen)
  expect([replies.length, replies.at(-1)?.end?.code, status, warnings]).toEqual([301, 'OK', 200, []])
})

it('answers while lines still come', async () => {
  await using service = await start()
  const exchange = new LineExchange(service, ENCRYPT).send(person(1))
  expect(await exchange.first(1)).toMatchObject([{ record: { kms_encrypt_key: expect.any(String) } }])
  exchange.send(person(2)).end()
  expect((await exchange.read()).replies).toMatchObject([{ record: {} }, { end: { code: 'OK' } }])
})

it('answers an error for a line that is wrong and goes on', async () => {
  await using service = await start({ limits: { bodyBytes: 1_000, fields: 3 } })
  const bodies: (string | Buffer)[] = [
    JSON.stringify(person(1)),
    Buffer.from('{"fields":{"a":"\xff"}}', 'latin1'),
    '{"fields":{"a":"b","a":"c"}}',
    '{"fields":{"__proto__":"b"}}',
    '{"fields":{"a":"1"}},{"fields":{"a":"2"}}',
    '[]',
    'null',
    '{"fields":{"a":"1","b":"2","c":"3","d":"4"}}',
    '{"fields":{"kms_encrypt_key":"x"}}',
    `{"fields":{"a":"${'x'.repeat(2_000)}"}}`,
    '',
    '\r',
    JSON.stringify(person(2)),
    '{"fields":{"half',
  ]
  const exchange = new LineExchange(service, ENCRYPT)
  exchange.end(
    Buffer.concat(bodies.flatMap((line, index) => [Buffer.from(index === 0 ? '' : '\n'), Buffer.from(line)])),
  )
  const { replies, whole } = await exchange.read()
  const codes = replies.map(({ record, error, end }) => (record ? 'record' : (error?.code ?? end?.code)))
  expect(codes).toEqual(['record', ...Array(8).fill('INVALID_INPUT'), 'LINE_TOO_LONG', 'record', 'INVALID_INPUT', 'OK'])
  expect(whole).toBe(true)
  expect(JSON.stringify(replies)).not.toContain('half')
})

it('passes over a line that is far too long', async () => {
  await using service = await start({ limits: { bodyBytes: 10_000 } })
  const exchange = new LineExchange(service, ENCRYPT)
  for (let round = 0; round < 100; round += 1) {
    if (!exchange.sent.write(Buffer.alloc(131_072, 'x'))) {
      await new Promise((resolve) => exchange.sent.once('drain', resolve))
    }
  }
  exchange.end('\n')
  const { replies } = await exchange.read()
  expect(replies).toMatchObject([{ error: { code: 'LINE_TOO_LONG' } }, { end: { code: 'OK' } }])
})

it('reads no more from a caller who does not read, and loses no line when he reads on', async () => {
  await using service = await start()
  const exchange = new LineExchange(service, ENCRYPT)
  const answer = await exchange.answer()
  const item = { fields: { name: 'x'.repeat(20_000) } }
  let sent = 0
  // The buffers of both sockets take some megabytes; without back-pressure this would go on for ever.
  while (sent < 5_000) {
    sent += 1
    const taken = exchange.sent.write(`${JSON.stringify(item)}\n`)
    if (!taken && !(await drainedWithin(exchange, 1_000))) break
  }
  expect(sent).toBeLessThan(5_000)
  answer.resume()
  exchange.end()
  const { replies, whole } = await exchange.read()
  expect([replies.length, whole]).toEqual([sent + 1, true])
})

function drainedWithin({ sent }: LineExchange, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), milliseconds)
    sent.once('drain', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}

it('outlives the time in which other requests must arrive', async () => {
  await using service = await start({ limits: { arrivalMs: 100 } })
  const exchange = new LineExchange(service, ENCRYPT).send(person(1))
  await exchange.first(1)
  await new Promise((resolve) => setTimeout(resolve, 500))
  exchange.send(person(2)).end()
  expect((await exchange.read()).end?.code).toBe('OK')
})

it('ends for a caller who stands still, and the body ends as no whole one does', async () => {
  await using service = await start({ limits: { idleMs: 100 } })
  const { replies, whole, end } = await new LineExchange(service, ENCRYPT).send(person(1)).read()
  expect([replies.length, whole, end?.code]).toEqual([2, false, 'REQUEST_TIMEOUT'])
})

it('ends for a caller who reads no more', async () => {
  const reports: RequestReport[] = []
  await using service = await start({ limits: { idleMs: 300 }, onRequest: (report) => void reports.push(report) })
  const exchange = new LineExchange(service, ENCRYPT)
  await exchange.answer()
  for (let id = 0; id < 1_000; id += 1) exchange.send({ fields: { name: 'x'.repeat(20_000) } })
  await expect.poll(() => reports, { timeout: 10_000 }).toMatchObject([{ outcome: 'REQUEST_TIMEOUT' }])
})

it('answers what is under way when the service stops, then ends', async () => {
  const service = await start()
  const exchange = new LineExchange(service, ENCRYPT).send(person(1))
  await exchange.first(1)
  const closed = service.close()
  const { whole, end } = await exchange.read()
  expect([whole, end?.code]).toEqual([false, 'OVERLOADED'])
  await closed
})

it('ends when the permission to it does', async () => {
  await using service = await start()
  const exchange = new LineExchange(service, ENCRYPT).send(person(1))
  await exchange.first(1)
  service.change({ callers: [crm], limits: {} })
  exchange.send(person(2))
  expect(await exchange.first(1)).toMatchObject([{ record: {} }])
  service.change({ callers: [{ ...crm, operations: ['decrypt'] }] })
  exchange.send(person(3))
  expect((await exchange.read()).end?.code).toBe('FORBIDDEN')
})

it('keeps every record before it answers it, and counts in the audit log', async () => {
  const backup = await BackupLog.open({ folder: join(root, 'backup') })
  const audit = await AuditLog.open({ folder: join(root, 'audit') })
  const service = await start({ backup, audit })
  const exchange = new LineExchange(service, ENCRYPT).send(person(1), { fields: 7 }, person(2))
  const answered = (await exchange.first(3)).flatMap(({ record }) => (record ? [record] : []))
  const kept: unknown[] = []
  for await (const { record } of findBackups(join(root, 'backup'), {})) kept.push(record)
  expect(kept).toEqual(answered)
  await service.close()
  for (const log of [backup, audit]) await log[Symbol.asyncDispose]()
  const entries: AuditEntry[] = []
  for await (const entry of findAudits(join(root, 'audit'), {})) entries.push(entry)
  expect(entries).toMatchObject([
    { caller: 'crm', operation: 'encrypt', useCase: 'customer', count: 2, failed: 1, outcome: 'OK' },
  ])
})

it('ends when the log cannot be written, and answers nothing of what is not in it', async () => {
  const written: string[] = []
  const log = {
    name: 'backup',
    async append(content: string) {
      if (written.length === 2) throw new CryptoError('IO', 'full')
      written.push(content)
    },
  } as unknown as KeptLog
  await using service = await start({ backup: new BackupLog(log) })
  const exchange = new LineExchange(service, ENCRYPT).send(person(1), person(2))
  const answered = await exchange.first(2)
  exchange.send(person(3))
  const { replies, whole, end } = await exchange.read()
  expect([answered.length, replies.length, whole, end?.code]).toEqual([2, 1, false, 'LOG_UNAVAILABLE'])
})

it('frees everything when the caller is gone', async () => {
  const reports: RequestReport[] = []
  await using service = await start({
    onRequest: (report) => void reports.push(report),
    callers: [{ ...crm, operations: ['encrypt', 'metrics'] }],
  })
  const exchanges = Array.from({ length: 20 }, () => new LineExchange(service, ENCRYPT).send(...people(50)))
  for (const exchange of exchanges) await exchange.first(1)
  for (const { sent } of exchanges) sent.destroy()
  await expect.poll(() => reports.length, { timeout: 10_000 }).toBe(20)
  expect(new Set(reports.map(({ outcome }) => outcome))).toEqual(new Set(['BODY_INCOMPLETE']))
  const metrics = await (await fetch(`${service.url}/metrics`, { headers: { authorization: `Bearer ${key}` } })).text()
  expect(metrics).toContain('parasol_requests_under_way 1\n')
  expect(metrics).toContain('parasol_streams_open 0\n')
  expect(metrics).toMatch(
    /^parasol_stream_lines_total\{operation="encrypt",use_case="customer",outcome="record"\} \d+$/m,
  )
  expect(metrics).toContain('parasol_request_seconds_count 0\n')
})

it('slows a caller down to the rate that he has, and refuses none of his lines', async () => {
  await using service = await start({ callers: [{ ...crm, requestsPerSecond: 40 }] })
  const started = performance.now()
  const { replies, end } = await new LineExchange(service, ENCRYPT)
    .send(...people(100))
    .end()
    .read()
  expect([replies.length, end?.code]).toEqual([101, 'OK'])
  expect(performance.now() - started).toBeGreaterThan(1_000)
})

it('takes a signed stream that is no longer than a request, whole, and no other', async () => {
  const secret = 'a secret of more than 32 bytes, of text'
  await using service = await start({
    callers: [{ ...crm, keyHashes: [], secrets: [secret] }],
    limits: { bodyBytes: 1_000 },
  })
  const send = (body: string, signed = body) => {
    const headers = signRequest({ method: 'POST', path: ENCRYPT, body: signed }, { caller: 'crm', secret })
    return fetch(service.url + ENCRYPT, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', ...headers },
      body,
    })
  }
  const body = people(3).map((item) => `${JSON.stringify(item)}\n`)
  const answer = await send(body.join(''))
  expect((await answer.text()).trim().split('\n')).toHaveLength(4)
  expect((await send(body.join(''), body.slice(0, 2).join(''))).status).toBe(401)
  expect(await (await send(body.join('').repeat(20))).json()).toMatchObject({ code: 'BODY_TOO_LARGE' })
})

it('refuses before the first line as any request', async () => {
  await using service = await start()
  const codeOf = async (path: string, headers: object) =>
    (await post(service, path, '{}\n', { headers: { 'content-type': 'application/x-ndjson', ...headers } })).json[
      'code'
    ]
  expect(await codeOf(ENCRYPT, { authorization: 'Bearer x' })).toBe('UNAUTHORIZED')
  expect(await codeOf('/v1/other/encrypt/batch', {})).toBe('FORBIDDEN')
  expect(await codeOf('/v1/customer/encrypt', {})).toBe('UNSUPPORTED_MEDIA_TYPE')
  expect(await codeOf(ENCRYPT, { 'content-encoding': 'gzip' })).toBe('UNSUPPORTED_MEDIA_TYPE')
})
