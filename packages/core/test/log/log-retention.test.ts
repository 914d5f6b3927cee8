import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChainedLog, type ChainedLogOptions, hashLink, type LogLink, readHead, verifyLog } from '@parasol/core/files'
import { afterAll, expect, it } from 'vitest'

const root = mkdtempSync(join(tmpdir(), 'parasol-retention-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const scratch = (): string => mkdtempSync(join(root, 'log-'))
const name = 'test'
const filler = 'x'.repeat(200)
const open = (folder: string, more: Partial<ChainedLogOptions> = {}) =>
  ChainedLog.open({ folder, name, segmentBytes: 700, ...more })
const segments = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.log'))
    .sort()

/** Some lines in segments of two or three. */
async function written(lines = 12, more: Partial<ChainedLogOptions> = {}): Promise<string> {
  const folder = scratch()
  await using log = await open(folder, more)
  for (let index = 0; index < lines; index++) await log.append(JSON.stringify({ index, filler }))
  return folder
}

async function prune(folder: string, more: Partial<ChainedLogOptions>): Promise<void> {
  await using log = await open(folder, more)
  await log.prune()
}

it('lets the oldest files go until the rest is small enough, and says so in the log', async () => {
  const folder = await written()
  const before = segments(folder)
  await prune(folder, { retention: { maxBytes: 1_800 } })
  const after = segments(folder)
  expect(after.length).toBeGreaterThan(1)
  expect(after.length).toBeLessThan(before.length)
  const { damage, first } = await verifyLog({ folder, name })
  expect(damage).toEqual([])
  expect(after[0]).toContain(String(first))
  expect(readFileSync(join(folder, after.at(-1) ?? ''), 'utf8')).toContain(`{"anchor":{"first":${first},`)
})

it('lets files go by their age, and never the newest', async () => {
  const folder = await written()
  await prune(folder, { retention: { maxAgeMs: 3_600_000 } })
  expect(segments(folder).length).toBeGreaterThan(2)
  const newest = segments(folder).at(-1)
  await prune(folder, { retention: { maxAgeMs: -1 }, segmentBytes: 1e9 })
  expect(segments(folder)).toEqual([newest])
  expect((await verifyLog({ folder, name })).damage).toEqual([])
  await using log = await open(folder)
  await log.append('{}')
  expect(await verifyLog({ folder, name })).toMatchObject({ damage: [], head: log.head })
})

it('prunes by itself whenever it begins a file', async () => {
  const folder = await written(60, { retention: { maxBytes: 1_800 } })
  expect(segments(folder).length).toBeLessThan(8)
  expect((await verifyLog({ folder, name })).damage).toEqual([])
})

it('begins a file when the last one is old', async () => {
  const folder = await written(3, { segmentMs: 0, segmentBytes: 1e9 })
  expect(segments(folder).length).toBe(3)
})

it('sees files that were removed without an anchor, and those that were changed', async () => {
  const folder = await written(20)
  await prune(folder, { retention: { maxBytes: 2_500 } })
  const [first = '', second = ''] = segments(folder)
  const kept = readFileSync(join(folder, first))
  rmSync(join(folder, first))
  const { damage } = await verifyLog({ folder, name })
  expect(damage[0]).toMatchObject({ file: join(folder, second), reason: expect.stringContaining('let go') })
  writeFileSync(join(folder, first), kept)
  expect((await verifyLog({ folder, name })).damage).toEqual([])
})

it('takes a removal that was interrupted between two files for what it is', async () => {
  const folder = await written(20)
  const copy = scratch()
  for (const file of segments(folder)) copyFileSync(join(folder, file), join(copy, file))
  await prune(folder, { retention: { maxBytes: 1_000 } })
  const gone = segments(copy).filter((file) => !segments(folder).includes(file))
  expect(gone.length).toBeGreaterThan(2)
  for (const file of gone.toReversed()) {
    copyFileSync(join(copy, file), join(folder, file))
    expect((await verifyLog({ folder, name })).damage, file).toEqual([])
  }
})

it('verifies what is left if files are let go meanwhile, and misses others that vanish', async () => {
  const folder = await written(20)
  const copy = scratch()
  for (const file of segments(folder)) copyFileSync(join(folder, file), join(copy, file))
  await prune(folder, { retention: { maxBytes: 1_000 } })
  const kept = segments(folder)
  const gone = segments(copy).filter((file) => !kept.includes(file))
  const whileReading = (vanishing: readonly string[]): LogLink => ({
    ...hashLink,
    read: (...given) => {
      for (const file of vanishing) rmSync(join(folder, file), { force: true })
      return hashLink.read(...given)
    },
  })
  for (const file of gone) copyFileSync(join(copy, file), join(folder, file))
  const { damage, first } = await verifyLog({ folder, name, link: whileReading(gone) })
  expect([damage, kept[0]]).toEqual([[], expect.stringContaining(String(first))])
  const lost = verifyLog({ folder, name, link: whileReading(kept.slice(1)) })
  await expect(lost).rejects.toMatchObject({ code: 'IO', reason: 'ENOENT' })
})

it('lets nothing go while its head cannot be noted', async () => {
  const folder = await written()
  const headFile = join(scratch(), 'away', 'head')
  await using log = await open(folder, { headFile, retention: { maxAgeMs: 1e12 } })
  rmSync(join(headFile, '..'), { recursive: true })
  await log.append('{}')
  await log[Symbol.asyncDispose]()
  const before = segments(folder)
  writeFileSync(join(headFile, '..'), 'in the way')
  await expect(open(folder, { headFile, retention: { maxBytes: 1 } })).rejects.toMatchObject({ code: 'IO' })
  expect(segments(folder)).toEqual(before)
})

it('notes its head, beside itself and elsewhere, and misses what is cut off', async () => {
  const headFile = join(scratch(), 'head')
  const folder = await written(5, { headFile, segmentBytes: 1e9 })
  const [file = ''] = segments(folder)
  const text = readFileSync(join(folder, file), 'utf8')
  expect(await readHead(headFile, name)).toEqual((await verifyLog({ folder, name })).head)
  writeFileSync(join(folder, file), text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1))
  expect((await verifyLog({ folder, name })).damage).toMatchObject([{ reason: expect.stringContaining('line 5') }])
  await expect(open(folder)).rejects.toThrow('has not line 5')
  rmSync(join(folder, `${name}.head`))
  expect((await verifyLog({ folder, name })).damage).toEqual([])
  await expect(open(folder, { headFile })).rejects.toThrow('has not line 5')
  const head = await readHead(headFile, name)
  expect((await verifyLog({ folder, name }, { heads: head ? [head] : [] })).damage.length).toBe(1)
})

it('says once that its head cannot be noted, and notes it when it can', async () => {
  const elsewhere = join(scratch(), 'disk')
  const headFile = join(elsewhere, 'head')
  const troubles: string[] = []
  const log = await open(scratch(), { headFile, onTrouble: ({ message }) => void troubles.push(message) })
  rmSync(elsewhere, { recursive: true })
  await log.append('{}')
  await expect.poll(() => troubles.length, { timeout: 10_000 }).toBe(1)
  expect(troubles[0]).toContain(headFile)
  mkdirSync(elsewhere)
  await expect.poll(() => readHead(headFile, name).catch(() => undefined), { timeout: 10_000 }).toEqual(log.head)
  await log[Symbol.asyncDispose]()
  expect(troubles.length).toBe(1)
})

it('refuses another log in its place', async () => {
  const [one, two] = [await written(3), await written(3)]
  for (const file of segments(one)) copyFileSync(join(one, file), join(two, file))
  await expect(open(two)).rejects.toMatchObject({ code: 'STORE_DAMAGED' })
})
