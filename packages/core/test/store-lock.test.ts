import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { CryptoError } from '../src/errors.js'
import { StoreLock } from '../src/store-lock.js'

const folder = mkdtempSync(join(tmpdir(), 'parasol-lock-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('says in its own words that a lock cannot be written, even where it cannot be looked for', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  const locking = StoreLock.acquire(file)
  await expect(locking).rejects.toSatisfy(CryptoError.is)
  await expect(locking).rejects.toMatchObject({ code: 'IO', reason: 'ENOTDIR' })
})

it('keeps a second one out until the first is gone', async () => {
  const first = await StoreLock.acquire(folder)
  await expect(StoreLock.acquire(folder)).rejects.toMatchObject({ code: 'LOCKED' })
  await first[Symbol.asyncDispose]()
  await using second = await StoreLock.acquire(folder)
  expect(second).toBeInstanceOf(StoreLock)
})
