import { writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { StoreLock } from '@parasol/core/files'
import { expect, it } from 'vitest'
import { isBuilt, kill, nextMessage, startWriter } from './processes.js'
import { openStore, scratchFolder } from './scratch.js'

const locked = (message: RegExp) => expect.objectContaining({ code: 'LOCKED', message: expect.stringMatching(message) })

it('keeps a second opener out, by name of the process, until the first has closed', async () => {
  const folder = scratchFolder()
  const first = await openStore(folder)
  await expect(openStore(folder)).rejects.toThrow(locked(new RegExp(`is open in process ${process.pid}: `)))
  await first[Symbol.asyncDispose]()
  const second = await openStore(folder)
  await second[Symbol.asyncDispose]()
})

it.skipIf(!isBuilt)('keeps another process out, and is taken over once that was killed (needs build)', async () => {
  const folder = scratchFolder()
  const child = startWriter(join(folder, 'store'), join(folder, 'store.key'), 'hold')
  const { opened } = await nextMessage(child)
  await expect(openStore(folder)).rejects.toThrow(locked(new RegExp(`is open in process ${opened}: `)))
  await kill(child)
  const store = await openStore(folder)
  await store[Symbol.asyncDispose]()
})

it.skipIf(!isBuilt)('lets one of several processes in that see a stale lock (needs build)', async () => {
  const folder = scratchFolder()
  const store = await openStore(folder)
  await store[Symbol.asyncDispose]()
  writeStale(join(folder, 'store'))
  const children = Array.from({ length: 4 }, () =>
    startWriter(join(folder, 'store'), join(folder, 'store.key'), 'hold'),
  )
  const answers = await Promise.all(children.map(nextMessage))
  await Promise.all(children.map(kill))
  expect(answers.filter(({ opened }) => opened !== undefined).length).toBe(1)
  expect(answers.filter(({ refused }) => refused === 'LOCKED').length).toBe(3)
})

it('lets one of several takers in at once have a stale lock', async () => {
  for (let round = 0; round < 20; round++) {
    const folder = scratchFolder()
    writeStale(folder)
    const taken = await Promise.allSettled(Array.from({ length: 8 }, () => StoreLock.acquire(folder)))
    expect(taken.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1)
    const refusals = taken.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []))
    expect(new Set(refusals)).toEqual(new Set(['LOCKED']))
    for (const result of taken) if (result.status === 'fulfilled') await result.value[Symbol.asyncDispose]()
    const afterwards = await StoreLock.acquire(folder)
    await afterwards[Symbol.asyncDispose]()
  }
})

it('leaves the lock of another host to people, and says which file to remove', async () => {
  const folder = scratchFolder()
  writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: 1, started: '', host: `not-${hostname()}` }))
  await expect(StoreLock.acquire(folder)).rejects.toThrow(locked(/of host "not-.*remove its file "lock"/))
})

it.each(['', '{', '[]', 'null', '{"pid":-1}', '{"pid":"x","started":"","host":"h"}'])(
  'takes over a lock that names no process: %j',
  async (content) => {
    const folder = scratchFolder()
    writeFileSync(join(folder, 'lock'), content)
    await using lock = await StoreLock.acquire(folder)
    expect(lock).toBeDefined()
  },
)

it('does not remove a lock that has come to belong to another', async () => {
  const folder = scratchFolder()
  const lock = await StoreLock.acquire(folder)
  writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: process.ppid, started: '', host: hostname() }))
  await lock[Symbol.asyncDispose]()
  await expect(StoreLock.acquire(folder)).rejects.toThrow(locked(/is open in process/))
})

/** A lock as a killed process leaves it: this process's number, with the start of an earlier one. */
function writeStale(folder: string): void {
  const holder = { pid: 2 ** 22 + 1, started: '1', host: hostname() }
  writeFileSync(join(folder, 'lock'), JSON.stringify(holder), { mode: 0o600 })
}
