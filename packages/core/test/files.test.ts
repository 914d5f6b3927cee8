import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AtomicFile, makeFolder, writeFileAtomic } from '@parasol/core/files'
import { afterEach, beforeEach, expect, it } from 'vitest'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parasol-files-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('writes a file with the mode that it is given, 0600 if none', async () => {
  await writeFileAtomic(join(folder, 'secret'), 'x')
  await writeFileAtomic(join(folder, 'public'), 'y', { mode: 0o644 })
  expect((await stat(join(folder, 'secret'))).mode & 0o777).toBe(0o600)
  expect((await stat(join(folder, 'public'))).mode & 0o777).toBe(0o644)
  expect(await readFile(join(folder, 'public'), 'utf8')).toBe('y')
})

it('leaves the old file as it was until the new one is committed', async () => {
  const path = join(folder, 'file')
  await writeFile(path, 'old')
  await using file = await AtomicFile.create(path)
  await file.write('new')
  expect(await readFile(path, 'utf8')).toBe('old')
  await file.commit()
  expect(await readFile(path, 'utf8')).toBe('new')
})

it('leaves nothing behind when it is abandoned', async () => {
  {
    await using file = await AtomicFile.create(join(folder, 'file'))
    await file.write('half')
  }
  expect(await readdir(folder)).toEqual([])
})

it('appends what is written in several parts', async () => {
  await using file = await AtomicFile.create(join(folder, 'file'))
  await file.write('a')
  await file.write(new Uint8Array([98]))
  await file.commit()
  expect(await readFile(join(folder, 'file'), 'utf8')).toBe('ab')
})

it('refuses to be written after its commit', async () => {
  await using file = await AtomicFile.create(join(folder, 'file'))
  await file.commit()
  await expect(file.write('x')).rejects.toThrow(expect.objectContaining({ code: 'CLOSED' }))
})

it('names the path and the reason when it cannot be written', async () => {
  const path = join(folder, 'missing', 'file')
  await expect(writeFileAtomic(path, 'x')).rejects.toThrow(
    expect.objectContaining({ code: 'IO', reason: 'ENOENT', message: `Cannot write "${path}" (ENOENT)` }),
  )
})

it('leaves nothing behind when the target is a folder', async () => {
  const target = join(folder, 'target')
  await mkdir(target)
  await expect(writeFileAtomic(target, 'x')).rejects.toThrow(expect.objectContaining({ code: 'IO' }))
  expect(await readdir(folder)).toEqual(['target'])
})

it('makes a folder with those above it, for its owner alone, and leaves one that is there', async () => {
  const path = join(folder, 'a', 'b')
  await makeFolder(path)
  await writeFile(join(path, 'file'), 'x')
  await Promise.all([makeFolder(path), makeFolder(join(path, 'c')), makeFolder(join(path, 'c'))])
  expect((await readdir(path)).sort()).toEqual(['c', 'file'])
  expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o700)
})

it('makes no folder where a file is in its way', async () => {
  await writeFile(join(folder, 'file'), 'x')
  await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeFolder(join(folder, 'file', 'a'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  await expect(makeFolder(join(folder, 'file', 'a', 'b'))).rejects.toMatchObject({ code: 'ENOTDIR' })
})

it.skipIf(process.platform !== 'linux')('ends where the system lets nobody make a folder (needs linux)', async () => {
  await expect(makeFolder('/proc/parasol/a')).rejects.toMatchObject({ code: 'ENOENT' })
})
