import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AuditLog,
  type BackupEntry,
  BackupLog,
  type BackupQuery,
  createApiKey,
  digestContext,
  exportBackups,
  findAudits,
  findBackups,
  greenKeyId,
  hashApiKey,
  restoreRecord,
  restoreRecords,
  verifyLog,
} from '@parasol/service'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { crm, post, start } from './fixture.js'

const root = mkdtempSync(join(tmpdir(), 'parasol-journal-'))
const backups = join(root, 'backup')
const audits = join(root, 'audit')
const readerKey = createApiKey()
const reader = { ...crm, name: 'reader', keyHashes: [hashApiKey(readerKey)], operations: ['decrypt'] } as const
const context = { customerId: '7' }

let backup: BackupLog
let audit: AuditLog
let service: Awaited<ReturnType<typeof start>>
beforeAll(async () => {
  backup = await BackupLog.open({ folder: backups })
  audit = await AuditLog.open({ folder: audits })
  service = await start({ backup, audit, callers: [crm, reader] })
})
afterAll(async () => {
  await service.close()
  await backup[Symbol.asyncDispose]()
  await audit[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

async function find(query: BackupQuery): Promise<BackupEntry[]> {
  const found: BackupEntry[] = []
  for await (const entry of findBackups(backups, query)) found.push(entry)
  return found
}

function audited(): Record<string, unknown>[] {
  const lines = readdirSync(audits)
    .filter((file) => file.endsWith('.log'))
    .flatMap((file) => readFileSync(join(audits, file), 'utf8').split('\n').slice(1, -1))
  return lines.map((line) => JSON.parse(line.slice(line.indexOf('{'))))
}

it('keeps a backup of what it answered, and nothing in plaintext', async () => {
  const { json, headers } = await post(
    service,
    '/v1/customer/encrypt',
    { phone: 'canary-1', id: 'canary-2' },
    { context },
  )
  const [entry, ...others] = await find({ requestId: headers.get('parasol-request-id') ?? '' })
  expect(others).toEqual([])
  expect(entry).toEqual({
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    requestId: headers.get('parasol-request-id'),
    caller: 'crm',
    useCase: 'customer',
    contextDigest: digestContext(context),
    record: json,
  })
  for (const file of readdirSync(backups)) expect(readFileSync(join(backups, file), 'utf8')).not.toContain('canary')
})

it('restores a record by any of its ciphertexts, or by its green key', async () => {
  const { json } = await post(service, '/v1/customer/encrypt', { phone: 'a', id: 'b' }, { context })
  const { kms_encrypt_key: greenKey = '', phone: ciphertext = '' } = json
  expect(await restoreRecord(backups, { ciphertext })).toEqual(json)
  const restored = await restoreRecord(backups, { greenKey })
  expect((await post(service, '/v1/customer/decrypt', restored, { context })).json).toEqual({ phone: 'a', id: 'b' })
})

it('completes what is left of records, and says which no backup has', async () => {
  const encrypt = async () =>
    (await post(service, '/v1/customer/encrypt', { phone: 'a', id: 'b' }, { context })).json as Record<Name, string>
  type Name = 'phone' | 'id' | 'kms_encrypt_key'
  const [one, two, three] = [await encrypt(), await encrypt(), await encrypt()]
  const renewed = 'enc1.envelope.newer'
  const mixed = { phone: one.phone, id: two.id }
  const remnants = [two.phone, { id: one.id }, { a: three.id, kms_encrypt_key: renewed }, 'enc1.x.y']
  const restored = await restoreRecords(backups, [...remnants, mixed])
  const whole = [two, one, { ...three, kms_encrypt_key: renewed }, undefined, undefined]
  expect(restored.map(({ record }) => record)).toEqual(whole)
})

it('finds backups by the short name of a green key, and audited requests by their outcome', async () => {
  const { json, headers } = await post(service, '/v1/customer/encrypt', { phone: 'a' }, { context })
  expect(await find({ greenKeyId: greenKeyId(String(json['kms_encrypt_key'])) })).toMatchObject([{ record: json }])
  await post(service, '/v1/customer/decrypt', { ...json, phone: 'enc1.envelope.AAAA' }, { context })
  const found = []
  for await (const entry of findAudits(audits, { outcome: 'DECRYPTION_FAILED' })) found.push(entry)
  expect(found).toMatchObject([{ caller: 'crm', operation: 'decrypt' }])
  const requestId = headers.get('parasol-request-id') ?? ''
  for await (const entry of findAudits(audits, { requestId })) expect(entry).toMatchObject({ operation: 'encrypt' })
})

it('does not guess which of several records is meant', async () => {
  await expect(restoreRecord(backups, { caller: 'crm' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  await expect(restoreRecord(backups, { ciphertext: 'enc1.x.y' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
})

it('finds backups by caller, use case, context and time', async () => {
  await post(service, '/v1/secret/encrypt', { a: 'b' }, { context: { row: '1' } })
  expect((await find({ useCase: 'secret' })).length).toBe(1)
  expect((await find({ contextDigest: digestContext({ row: '1' }), caller: 'crm' })).length).toBe(1)
  expect((await find({ caller: 'nobody' })).length).toBe(0)
  expect((await find({ to: '2020-01-01' })).length).toBe(0)
  expect((await find({ from: '2020-01-01' })).length).toBe((await find({})).length)
})

it('exports backups, one a line', async () => {
  const path = join(root, 'export.ndjson')
  const count = await exportBackups(backups, { useCase: 'customer' }, path)
  const entries = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(entries).toEqual(await find({ useCase: 'customer' }))
  expect(entries.length).toBe(count)
})

it('audits who did what and how it went, refusals too', async () => {
  const { json, headers } = await post(service, '/v1/customer/encrypt', { a: 'b', c: 'd' })
  await post(service, '/v1/customer/decrypt', json, { key: readerKey })
  await post(service, '/v1/customer/encrypt', { a: 'b' }, { key: readerKey })
  await post(service, '/v1/customer/decrypt', json, { context })
  const common = { time: expect.any(String), requestId: expect.any(String), useCase: 'customer' }
  expect(audited().slice(-4)).toEqual([
    {
      ...common,
      requestId: headers.get('parasol-request-id'),
      caller: 'crm',
      operation: 'encrypt',
      count: 2,
      outcome: 'OK',
    },
    { ...common, caller: 'reader', operation: 'decrypt', count: 2, outcome: 'OK' },
    { ...common, caller: 'reader', operation: 'encrypt', count: 0, outcome: 'FORBIDDEN' },
    { ...common, caller: 'crm', operation: 'decrypt', count: 2, outcome: 'DECRYPTION_FAILED' },
  ])
  expect((await verifyLog({ folder: audits, name: 'audit' })).damage).toEqual([])
})

it('counts those without a key in one entry', async () => {
  const attempts = Array.from({ length: 10 }, () => post(service, '/v1/customer/encrypt', {}, { key: 'wrong' }))
  await Promise.all(attempts)
  await expect
    .poll(audited, { timeout: 5_000 })
    .toContainEqual(expect.objectContaining({ caller: '', outcome: 'UNAUTHORIZED', count: 10 }))
})

it('keeps the records of many requests at once', async () => {
  const before = (await find({})).length
  const replies = await Promise.all(
    Array.from({ length: 200 }, (_, index) => post(service, '/v1/customer/encrypt', { id: String(index) })),
  )
  const kept = new Map((await find({})).map(({ requestId, record }) => [requestId, record]))
  for (const { headers, json } of replies) expect(kept.get(headers.get('parasol-request-id') ?? '')).toEqual(json)
  expect(kept.size).toBe(before + 200)
  expect((await verifyLog({ folder: backups, name: 'backup' })).damage).toEqual([])
})

it.each(['backup', 'audit'])(
  'answers 503 while the %s log cannot be written, and goes on when it can',
  async (which) => {
    const home = mkdtempSync(join(root, 'trouble-'))
    await using ownBackup = await BackupLog.open({ folder: join(home, 'backup') })
    await using ownAudit = await AuditLog.open({ folder: join(home, 'audit') })
    await using service = await start({ backup: ownBackup, audit: ownAudit })
    const { json } = await post(service, '/v1/customer/encrypt', { a: 'b' })
    rmSync(join(home, which), { recursive: true })
    const refused = await post(service, '/v1/customer/encrypt', { a: 'b' })
    expect([refused.status, refused.json['code'], refused.headers.get('retry-after')]).toEqual([
      503,
      'LOG_UNAVAILABLE',
      '1',
    ])
    expect((await post(service, '/v1/customer/decrypt', json)).status).toBe(which === 'audit' ? 503 : 200)
    expect((await fetch(`${service.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200)
    mkdirSync(join(home, which))
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200)
    expect((await post(service, '/v1/customer/encrypt', { a: 'b' })).status).toBe(200)
  },
)
