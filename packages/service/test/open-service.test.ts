import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBackups, hashApiKey, openService, verifyLog } from '@parasol/service'
import { afterAll, expect, it } from 'vitest'
import { configurationOf } from './configuration.js'
import { key, post } from './fixture.js'

const root = mkdtempSync(join(tmpdir(), 'parasol-open-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const sound = configurationOf(`  port: 0
  callers:
    crm:
      keyHashes: [${hashApiKey(key)}]
      useCases: [customer]
      operations: [encrypt, decrypt]
      requestsPerSecond: 1000
  backupLog: { folder: ./log/backup }
  auditLog: { folder: ./log/audit, segmentBytes: 65536 }
  limits: { bodyBytes: 1000 }
`)

function write(content: string): string {
  const folder = mkdtempSync(join(root, 'config-'))
  writeFileSync(join(folder, 'parasol.yaml'), content)
  return folder
}

it('serves what parasol.yaml describes, and opens again after it was closed', async () => {
  const directory = write(sound)
  let json: Record<string, string> = {}
  {
    await using service = await openService(undefined, { directory, env: {} })
    json = (await post(service, '/v1/customer/encrypt', { a: 'b' })).json
    expect((await post(service, '/v1/customer/encrypt', { a: 'x'.repeat(1_000) })).status).toBe(413)
  }
  await using service = await openService(undefined, { directory, env: {} })
  expect((await post(service, '/v1/customer/decrypt', json)).json).toEqual({ a: 'b' })
  for await (const { record } of findBackups(join(directory, 'log/backup'), {})) expect(record).toEqual(json)
  expect((await verifyLog({ folder: join(directory, 'log/audit'), name: 'audit' })).damage).toEqual([])
})

it.each([
  ['callers:', 'caller:', 'parasol.yaml:10:3 service.caller: unknown key'],
  [/service:[\s\S]*/, '', 'service.callers: missing'],
  ['[customer]', '[custoner]', 'parasol.yaml:13:18 service.callers.crm.useCases[0]: no such use case (have: customer)'],
  [/keyHashes: .*/, `keyHashes: [${key}]`, 'parasol-service --new-key'],
  [
    '[encrypt, decrypt]',
    '[everything]',
    'service.callers.crm.operations[0]: expected encrypt or decrypt or rewrap or metrics, got a text',
  ],
  ['  auditLog: { folder: ./log/audit, segmentBytes: 65536 }\n', '', 'service.auditLog: missing'],
  ['bodyBytes: 1000', 'bodyBytes: many', 'service.limits.bodyBytes: expected a number, got a text'],
  ['port: 0', 'port: 0\n  host: 0.0.0.0\n  callers: anyone', 'a key that this mapping already has'],
])('refuses %s changed to %s, and says where', async (before, after, message) => {
  const directory = write(sound.replace(before, after))
  const error = await openService(undefined, { directory, env: {} }).catch((error: unknown) => error)
  expect(error).toMatchObject({ code: 'INVALID_CONFIG', message: expect.stringContaining(message) })
  expect(String(error)).not.toContain(key)
})

it('leaves nothing open if it cannot start', async () => {
  const directory = write(sound)
  mkdirSync(join(directory, 'log'))
  writeFileSync(join(directory, 'log/audit'), 'in the way')
  await expect(openService(undefined, { directory, env: {} })).rejects.toMatchObject({ code: 'IO' })
  rmSync(join(directory, 'log/audit'))
  await using service = await openService(undefined, { directory, env: {} })
  expect(service.port).toBeGreaterThan(0)
})

it('reads callers and limits again, and keeps the former ones if the file is not sound', async () => {
  const directory = write(sound)
  await using service = await openService(undefined, { directory, env: {} })
  const send = async () => (await post(service, '/v1/customer/encrypt', { a: 'b' })).status
  const rewrite = (text: string) => writeFileSync(join(directory, 'parasol.yaml'), text)
  rewrite(sound.replace('[encrypt, decrypt]', '[decrypt]'))
  await service.reload()
  expect(await send()).toBe(403)
  rewrite(sound.replace('callers:', 'caller:'))
  await expect(service.reload()).rejects.toMatchObject({ code: 'INVALID_CONFIG' })
  expect(await send()).toBe(403)
  rewrite(sound)
  await service.reload()
  expect(await send()).toBe(200)
})
