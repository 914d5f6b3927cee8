import { randomBytes } from 'node:crypto'
import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { AuditEvent } from '../src/audit-event.js'
import { AuditLog, type AuditLogOptions } from '../src/audit-log.js'
import { verifyAuditLog } from '../src/audit-verification.js'
import { scratchFolder } from './scratch.js'

const event = (number: number): AuditEvent => ({
  eventId: `${number}`,
  eventVersion: '1',
  eventTime: '2026-01-01T00:00:00Z',
  eventType: 'ApiCall',
  eventCategory: 'Management',
  eventRW: 'Write',
  eventSource: 'kms.local',
  apiVersion: '2016-01-20',
  eventName: 'Encrypt',
  serviceName: 'Kms',
  acsRegion: 'local',
  requestId: `${number}`,
  sourceIpAddress: '127.0.0.1',
  userAgent: '客户端',
  userIdentity: { type: 'access-key', accessKeyId: 'LTAI' },
})
const EVENTS = 6
const damaged = (what: RegExp) =>
  expect.objectContaining({ code: 'STORE_DAMAGED', message: expect.stringMatching(what) })

interface Written extends AuditLogOptions {
  readonly path: string
  readonly lines: readonly string[]
}

async function writeLog(): Promise<Written> {
  const options = { folder: scratchFolder(), key: randomBytes(32) }
  const path = join(options.folder, 'audit.log')
  await using log = await AuditLog.open(options)
  await Promise.all(Array.from({ length: EVENTS }, (_, number) => log.record(event(number))))
  return { ...options, path, lines: readFileSync(path, 'utf8').trimEnd().split('\n') }
}

it('keeps events in the order in which they came, over restarts, and verifies', async () => {
  const { folder, key, path } = await writeLog()
  for (const number of [EVENTS, EVENTS + 1]) {
    await using log = await AuditLog.open({ folder, key })
    await log.record(event(number))
  }
  const ids = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line.slice(65)).eventId)
  expect(ids).toEqual(Array.from({ length: EVENTS + 2 }, (_, number) => `${number}`))
  expect(await verifyAuditLog(folder, key)).toEqual({ events: EVENTS + 2, torn: false })
})

it('says at which line an event was removed, moved, repeated, added or changed', async () => {
  const { folder, key, path, lines } = await writeLog()
  const write = (changed: readonly string[]): void => writeFileSync(path, `${changed.join('\n')}\n`)
  for (let index = 0; index < EVENTS - 1; index++) {
    const [one = '', two = ''] = lines.slice(index, index + 2)
    const changes = [
      [...lines.slice(0, index), ...lines.slice(index + 1), ...lines.slice(-1)],
      [...lines.slice(0, index), two, one, ...lines.slice(index + 2)],
      [...lines.slice(0, index), one.replace('127.0.0.1', '127.0.0.2'), ...lines.slice(index + 1)],
      [...lines.slice(0, index), lines.at(-1) ?? '', ...lines.slice(index)],
      [...lines.slice(0, index), '', ...lines.slice(index)],
    ]
    for (const changed of changes) {
      write(changed)
      await expect(verifyAuditLog(folder, key)).rejects.toThrow(damaged(new RegExp(`at line ${index + 1}$`)))
    }
  }
})

it('finds a change of any byte', async () => {
  const { folder, key, path } = await writeLog()
  const sound = readFileSync(path)
  for (let offset = 0; offset < sound.length; offset += 3) {
    const changed = Buffer.from(sound)
    changed[offset] = (changed[offset] ?? 0) ^ 1
    writeFileSync(path, changed)
    await expect(verifyAuditLog(folder, key), `byte ${offset}`).rejects.toThrow(damaged(/audit log/))
  }
})

it('finds that the end was cut off, at a line and within, and does not go on after it', async () => {
  const { folder, key, path } = await writeLog()
  const sound = readFileSync(path)
  for (let length = 0; length < sound.length; length += 17) {
    writeFileSync(path, sound.subarray(0, length))
    await expect(verifyAuditLog(folder, key)).rejects.toThrow(damaged(/ends before event 6|broken/))
    await expect(AuditLog.open({ folder, key })).rejects.toThrow(damaged(/ends before event 6/))
  }
  rmSync(path)
  await expect(AuditLog.open({ folder, key })).rejects.toThrow(damaged(/ends before event 6/))
  writeFileSync(path, sound)
  rmSync(join(folder, 'audit.head'))
  await expect(AuditLog.open({ folder, key })).rejects.toThrow(damaged(/is missing beside a log/))
})

it('cuts off an event that a crash left half written', async () => {
  const { folder, key, path, lines } = await writeLog()
  for (const torn of ['x', lines[0]?.slice(0, 70) ?? '', lines[0] ?? '']) {
    appendFileSync(path, torn)
    expect(await verifyAuditLog(folder, key)).toEqual({ events: EVENTS, torn: true })
    const log = await AuditLog.open({ folder, key })
    await log[Symbol.asyncDispose]()
    expect(await verifyAuditLog(folder, key)).toEqual({ events: EVENTS, torn: false })
  }
})

it('takes no event while its file is moved, removed or written to by others, and goes on when it is back', async () => {
  const { folder, key, path } = await writeLog()
  await using log = await AuditLog.open({ folder, key })
  const refused = expect.objectContaining({ code: 'IO', message: expect.stringMatching(/moved, replaced or changed/) })
  renameSync(path, `${path}.away`)
  await expect(log.record(event(7))).rejects.toThrow(refused)
  writeFileSync(path, '')
  await expect(log.record(event(7))).rejects.toThrow(refused)
  renameSync(`${path}.away`, path)
  await log.record(event(8))
  expect(await verifyAuditLog(folder, key)).toEqual({ events: EVENTS + 1, torn: false })
})

it('is not verified by another key', async () => {
  const { folder } = await writeLog()
  await expect(verifyAuditLog(folder, randomBytes(32))).rejects.toThrow(damaged(/not what this store wrote/))
})

it('reads and writes what an earlier version wrote, byte for byte', async () => {
  const folder = scratchFolder()
  const key = Buffer.alloc(32, 7)
  const [first, second] = [{ eventId: '1', userAgent: '客户端' }, { eventId: '2' }] as unknown as AuditEvent[]
  const former =
    '4d41f53ea281a033548137df51e89b920a9063dee28d77c29b7bffc44ac3ad49 {"eventId":"1","userAgent":"客户端"}\n' +
    '5d6aadc8d3979f4d3f394f5a51e3b8e5d84e673784323f8aa24bb3f555f24679 {"eventId":"2"}\n'
  const head =
    '3f253e83f487fedb638d4328f508930f73268c42b438d06fba277041b771bfb8 {"bytes":186,"events":2,"mac":"5d6aadc8d3979f4d3f394f5a51e3b8e5d84e673784323f8aa24bb3f555f24679"}\n'
  const log = await AuditLog.open({ folder, key })
  for (const written of [first, second]) await log.record(written as AuditEvent)
  await log[Symbol.asyncDispose]()
  expect(readFileSync(join(folder, 'audit.log'), 'utf8')).toBe(former)
  expect(readFileSync(join(folder, 'audit.head'), 'utf8')).toBe(head)
})
