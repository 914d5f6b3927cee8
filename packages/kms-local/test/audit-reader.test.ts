import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AuditReader, KeyService } from '@parasol/kms-local'
import { expect, it } from 'vitest'
import type { AuditEvent } from '../src/audit-event.js'
import type { AuditQuery } from '../src/audit-search.js'
import { openStore, scratchFolder } from './scratch.js'

/** A served store, with the events of three requests a minute. */
async function writeEvents(folder: string): Promise<{ keyId: string; path: string }> {
  await using store = await openStore(folder)
  const key = await new KeyService(store).ensureAlias('alias/app')
  const keyId = key.metadata.id
  await using audit = await store.openAuditLog()
  const names = ['alias/app', keyId, `acs:kms:cn-local:1:alias/none`]
  for (let minute = 0; minute < 4; minute++) {
    for (const [index, resourceName] of names.entries()) {
      await audit.record({
        eventId: `${minute}-${index}`,
        eventVersion: '1',
        eventTime: `2030-01-01T00:0${minute}:00Z`,
        eventType: 'ApiCall',
        eventName: index === 0 ? 'Encrypt' : 'Decrypt',
        serviceName: 'Kms',
        acsRegion: 'local',
        requestId: 'R',
        sourceIpAddress: '127.0.0.1',
        userAgent: '',
        userIdentity: { type: 'access-key', accessKeyId: `LTAI${minute}` },
        resourceName,
        ...(index === 2 ? { errorCode: 'Forbidden.KeyNotFound' } : {}),
      } as AuditEvent)
    }
  }
  return { keyId, path: join(folder, 'store', 'audit.log') }
}

const openReader = (folder: string) => AuditReader.open(join(folder, 'store'), { keyFile: join(folder, 'store.key') })

async function find(folder: string, query: AuditQuery): Promise<string[]> {
  using reader = await openReader(folder)
  const ids: string[] = []
  for await (const { eventId } of reader.search(query)) ids.push(eventId)
  return ids
}

it('finds events by key under any of its names, by user, operation, outcome and time', async () => {
  const folder = scratchFolder()
  const { keyId } = await writeEvents(folder)
  const ofKey = ['0-0', '0-1', '1-0', '1-1', '2-0', '2-1', '3-0', '3-1']
  expect(await find(folder, { key: 'alias/app' })).toEqual(ofKey)
  expect(await find(folder, { key: keyId })).toEqual(ofKey)
  expect(await find(folder, { user: 'LTAI2' })).toEqual(['2-0', '2-1', '2-2'])
  expect(await find(folder, { operation: 'Encrypt', user: 'LTAI2' })).toEqual(['2-0'])
  expect(await find(folder, { outcome: 'refused', user: 'LTAI1' })).toEqual(['1-2'])
  expect(await find(folder, { outcome: 'Forbidden.KeyNotFound', from: new Date('2030-01-01T00:03:00Z') })).toEqual([
    '3-2',
  ])
  expect(await find(folder, { to: new Date('2030-01-01T00:01:00Z'), outcome: 'ok' })).toEqual(['0-0', '0-1'])
  expect((await find(folder, {})).length).toBe(12)
})

it('finds nothing in a store that was never served', async () => {
  const folder = scratchFolder()
  await (await openStore(folder))[Symbol.asyncDispose]()
  expect(await find(folder, {})).toEqual([])
})

it('reads and verifies while the store is served', async () => {
  const folder = scratchFolder()
  await writeEvents(folder)
  await using _store = await openStore(folder)
  using reader = await openReader(folder)
  expect(await reader.verify()).toEqual({ events: 12, torn: false })
})

it('shows the events before one that was changed, and says then at which line that is', async () => {
  const folder = scratchFolder()
  const { path } = await writeEvents(folder)
  const lines = readFileSync(path, 'utf8').split('\n')
  writeFileSync(
    path,
    lines
      .map((line, index) => (index === 5 ? line.replace('Encrypt', 'Decrypt').replace('LTAI1', 'LTAI9') : line))
      .join('\n'),
  )
  using reader = await openReader(folder)
  const seen: AuditEvent[] = []
  const search = async (): Promise<void> => {
    for await (const event of reader.search()) seen.push(event)
  }
  await expect(search()).rejects.toMatchObject({ code: 'STORE_DAMAGED', message: expect.stringMatching(/at line 6$/) })
  expect(seen.length).toBe(5)
})

it('finds by a head that was kept elsewhere that log and head were both put back', async () => {
  const folder = scratchFolder()
  const { path } = await writeEvents(folder)
  const headPath = join(folder, 'store', 'audit.head')
  const [early, earlyHead] = [readFileSync(path), readFileSync(headPath)]
  await writeEvents(folder)
  const head = readFileSync(headPath, 'utf8')
  using reader = await openReader(folder)
  expect(await reader.verify({ head })).toMatchObject({ events: 24 })
  expect(await reader.verify({ head: earlyHead.toString() })).toMatchObject({ events: 24 })
  writeFileSync(path, early)
  writeFileSync(headPath, earlyHead)
  expect(await reader.verify()).toMatchObject({ events: 12 })
  await expect(reader.verify({ head })).rejects.toMatchObject({
    code: 'STORE_DAMAGED',
    message: expect.stringMatching(/ends before event 24, which it had$/),
  })
  await expect(reader.verify({ head: head.replace('24', '12') })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
})
