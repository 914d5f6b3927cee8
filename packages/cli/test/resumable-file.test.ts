import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ResumableFile } from '../src/records/resumable-file.js'

let folder: string
let path: string
let parts: string
const options = { job: { name: 'one' }, overwrite: false, resume: true }
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parasol-resumable-'))
  path = join(folder, 'out')
  parts = join(folder, '.out.parasol')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Writes, and stops as a kill would: the lock of a process that is gone stays. */
async function stopAfter(...chunks: readonly string[]): Promise<void> {
  await using file = await ResumableFile.open<number>(path, options)
  for (const [index, chunk] of chunks.entries()) {
    await file.write(Buffer.from(chunk))
    if (index < chunks.length - 1) await file.save(index + 1)
  }
}

it('goes on after the last checkpoint, and writes again what came after it', async () => {
  await stopAfter('one,', 'two,', 'lost')
  await using file = await ResumableFile.open<number>(path, options)
  expect(file.resumed).toBe(2)
  await file.write(Buffer.from('three'))
  await file.commit(3)
  expect(readFileSync(path, 'utf8')).toBe('one,two,three')
  expect(existsSync(parts)).toBe(false)
})

it.each([
  ['another job', { ...options, job: { name: 'two' } }],
  ['no resume', { ...options, resume: false }],
])('begins anew for %s', async (_name, other) => {
  await stopAfter('one,', 'two,', 'lost')
  await using file = await ResumableFile.open<number>(path, other)
  expect(file.resumed).toBeUndefined()
  await file.write(Buffer.from('new'))
  await file.commit(1)
  expect(readFileSync(path, 'utf8')).toBe('new')
})

it('passes over a line of the journal that was cut off', async () => {
  await stopAfter('one,', 'two,', 'lost')
  appendFileSync(join(parts, 'journal'), '{"written":12,"repor')
  await using file = await ResumableFile.open<number>(path, options)
  expect(file.resumed).toBe(2)
})

it('begins anew if there is less than the journal says', async () => {
  await stopAfter('one,', 'two,', 'lost')
  writeFileSync(join(parts, 'rows'), 'one')
  await using file = await ResumableFile.open<number>(path, options)
  expect(file.resumed).toBeUndefined()
})

it.each(['whole', 'moved'])('ends what was stopped when the file was %s', async (state) => {
  await stopAfter('one,', '')
  appendFileSync(join(parts, 'journal'), `${JSON.stringify({ written: 4, reported: 0, state: 1, isWhole: true })}\n`)
  if (state === 'moved') {
    cpSync(join(parts, 'rows'), path)
    rmSync(join(parts, 'rows'))
  }
  await using file = await ResumableFile.open<number>(path, options)
  expect({ isWhole: file.isWhole, resumed: file.resumed }).toEqual({ isWhole: true, resumed: 1 })
  await file.commit(1)
  expect(readFileSync(path, 'utf8')).toBe('one,')
  expect(existsSync(parts)).toBe(false)
})

it('replaces no file that came meanwhile, and keeps what it has', async () => {
  {
    await using file = await ResumableFile.open<number>(path, options)
    await file.write(Buffer.from('ours'))
    writeFileSync(path, 'theirs')
    await expect(file.commit(1)).rejects.toMatchObject({ code: 'IO', reason: 'EEXIST' })
  }
  expect(readFileSync(path, 'utf8')).toBe('theirs')
  await expect(ResumableFile.open(path, options)).rejects.toMatchObject({ reason: 'EEXIST' })
  await using file = await ResumableFile.open<number>(path, { ...options, overwrite: true })
  await file.commit(1)
  expect(readFileSync(path, 'utf8')).toBe('ours')
})

it('is written by one process at a time', async () => {
  await using _file = await ResumableFile.open<number>(path, options)
  await expect(ResumableFile.open(path, options)).rejects.toMatchObject({ code: 'LOCKED' })
})
