import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AuditLog, BackupLog, greenKeyId } from '@parasol/service'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runHere } from './in-process.js'

const folder = mkdtempSync(join(tmpdir(), 'parasol-cli-log-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string): string => join(folder, name)
const caller = (name: string) => ({ name, keyHashes: [], useCases: ['customer'], operations: ['encrypt'] as const })
const record = (n: number) => ({ phone: `enc1.envelope.phone${n}`, kms_encrypt_key: `enc1.envelope.key${n}` })
const log = (...args: string[]) => runHere(['log', ...args, '--config', at('parasol.yaml')])
const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

beforeAll(async () => {
  writeFileSync(
    at('parasol.yaml'),
    `version: 1
kms: { own: { use: local, store: ./kms, keyFile: ./kms.key, createKeys: [alias/parasol] } }
schemes: { envelope: { kms: own, keyId: alias/parasol } }
useCases: { customer: { scheme: envelope } }
service:
  port: 0
  callers: {}
  backupLog: { folder: ./backup, headFile: ./heads/backup.head }
  auditLog: { folder: ./audit }
`,
  )
  await using backup = await BackupLog.open({ folder: at('backup'), headFile: at('heads/backup.head') })
  await using audit = await AuditLog.open({ folder: at('audit') })
  for (const [number, name] of ['crm', 'crm', 'shop'].entries()) {
    const call = { id: `r${number}`, caller: caller(name), useCase: 'customer', operation: 'encrypt' } as const
    await backup.append(call, {}, JSON.stringify(record(number)))
    const facts = { requestId: call.id, caller: name, operation: 'encrypt', useCase: 'customer', count: 1 }
    await audit.append({ ...facts, outcome: number === 1 ? 'KMS_UNAVAILABLE' : 'OK' })
  }
})

it('verifies a log against the heads that were noted, and notes one', async () => {
  const { code, stdout } = await log('verify', '--json', '--note', at('noted'))
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ log: 'backup', lines: 4, first: 0, damage: [], head: { number: 3 } })
  expect((await log('verify', '--head', at('noted'))).code).toBe(0)
  expect((await log('verify', '--log', 'audit', '--head', at('noted'))).code).toBe(5)
})

it('finds entries by what is known of them', async () => {
  const found = async (...args: string[]) => linesOf((await log('find', '--json', ...args)).stdout)
  expect(await found('--ciphertext', record(1).phone)).toMatchObject([{ requestId: 'r1', record: record(1) }])
  expect(await found('--green-key', record(2).kms_encrypt_key)).toMatchObject([{ requestId: 'r2' }])
  expect(await found('--green-key', greenKeyId(record(2).kms_encrypt_key))).toMatchObject([{ requestId: 'r2' }])
  expect(await found('--caller', 'crm', '--from', '2020-01-01')).toMatchObject([{ caller: 'crm' }, { caller: 'crm' }])
  expect(await found('--log', 'audit', '--request', 'r1')).toMatchObject([{ outcome: 'KMS_UNAVAILABLE' }])
  const { stdout } = await log('find', '--caller', 'shop')
  expect(stdout).toMatch(/^\S+Z {2}shop {2}customer {2}r2 {2}[0-9a-f]{16} {2}phone\n$/)
})

it('gives back records by what is left of them, in their order', async () => {
  const left = [JSON.stringify({ phone: record(2).phone }), record(0).phone, JSON.stringify({ phone: 'enc1.x.y' })]
  writeFileSync(at('left'), left.join('\n'))
  const { code, stdout, stderr } = await log('restore', '--in', at('left'))
  expect(linesOf(stdout)).toEqual([record(2), record(0)])
  expect([code, stderr]).toEqual([2, expect.stringContaining('No backup has 1')])
})

it('gives back the records of a query, to a file that is written whole', async () => {
  expect(await log('restore', '--caller', 'crm', '--out', at('restored'))).toMatchObject({ code: 0, stdout: '' })
  expect(linesOf(readFileSync(at('restored'), 'utf8'))).toEqual([record(0), record(1)])
  expect((await log('restore', '--caller', 'crm', '--out', at('restored'))).code).toBe(7)
  expect((await log('restore', '--caller', 'nobody')).code).toBe(2)
})

it('does not give back everything by mistake, and says no value of a line that it does not read', async () => {
  expect((await log('restore')).code).toBe(2)
  writeFileSync(at('odd'), '{"phone": 13800138000}\n')
  const { code, stderr } = await log('restore', '--in', at('odd'))
  expect([code, stderr]).toEqual([2, expect.stringContaining('Line 1 of the input')])
  expect(stderr).not.toContain('138')
})

it('exports entries, one a line', async () => {
  const { code, stdout } = await log('export', '--log', 'audit', '--out', at('audit.ndjson'), '--json')
  expect([code, JSON.parse(stdout)]).toEqual([0, { file: at('audit.ndjson'), entries: 3 }])
  expect(linesOf(readFileSync(at('audit.ndjson'), 'utf8')).map(({ requestId }) => requestId)).toEqual([
    'r0',
    'r1',
    'r2',
  ])
})

it.each([
  ['find', '--from', 'yesterday'],
  ['find', '--log', 'audit', '--ciphertext', 'enc1.x.y'],
  ['verify', '--log', 'other'],
])('refuses %s %s %s', async (...args) => {
  expect(await log(...args)).toMatchObject({ code: 2, stdout: '' })
})

it('names the line that was changed', async () => {
  const file = join(at('backup'), 'backup-000000000000000.log')
  const sound = readFileSync(file, 'utf8')
  writeFileSync(file, sound.replace('shop', 'crm_'))
  const { code, stdout, stderr } = await log('verify', '--json')
  expect([code, JSON.parse(stdout).damage[0].line]).toEqual([5, 4])
  expect(JSON.parse(stderr).error.message).toContain('line 4')
  expect(await log('find')).toMatchObject({ code: 5, stdout: expect.stringContaining('r1') })
  writeFileSync(file, sound)
})

it('serves until it is told to stop, and makes API keys', async () => {
  const stop = new AbortController()
  stop.abort()
  const { code, stdout } = await runHere(['serve', '--config', at('parasol.yaml')], { signal: stop.signal })
  expect([code, linesOf(stdout).map(({ message }) => message)]).toEqual([0, ['listening', 'stopping', 'stopped']])
  const made = JSON.parse((await runHere(['serve', '--new-key', '--json'])).stdout)
  expect(made).toEqual({ key: expect.stringMatching(/^parasol_/), keyHash: expect.stringMatching(/^[0-9a-f]{64}$/) })
})

it('prints what describes the service to programs', async () => {
  const { stdout } = await runHere(['serve', '--openapi'])
  expect(JSON.parse(stdout)).toMatchObject({ openapi: '3.1.1', paths: { '/v1/{useCase}/encrypt': {} } })
})
