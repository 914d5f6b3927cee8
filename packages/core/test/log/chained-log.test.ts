import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChainedLog, verifyLog } from '@parasol/core/files'
import { afterAll, expect, it } from 'vitest'

const root = mkdtempSync(join(tmpdir(), 'parasol-log-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const scratch = (): string => mkdtempSync(join(root, 'log-'))
const name = 'test'
const openLog = (folder: string, segmentBytes?: number) =>
  ChainedLog.open({ folder, name, ...(segmentBytes === undefined ? {} : { segmentBytes }) })
const segments = (folder: string) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.log'))
    .sort()
const only = (folder: string) => join(folder, segments(folder)[0] ?? '')

/** A log of some lines, closed; its end can be cut without a trace, as if it had not been noted yet. */
async function written(count: number, segmentBytes?: number): Promise<string> {
  const folder = scratch()
  {
    await using log = await openLog(folder, segmentBytes)
    for (let index = 0; index < count; index++) await log.append(`{"index":${index},"filler":"${'x'.repeat(60)}"}`)
  }
  rmSync(join(folder, `${name}.head`), { force: true })
  return folder
}

it('keeps what it acknowledged, and goes on where it stopped', async () => {
  const folder = await written(3)
  await using log = await openLog(folder)
  expect(log.head.number).toBe(3)
  await log.append('{"index":3}')
  const { lines, damage, head } = await verifyLog({ folder, name })
  expect([lines, damage, head]).toEqual([5, [], log.head])
})

it('writes many lines with few syncs, in the order in which they came', async () => {
  const folder = scratch()
  await using log = await openLog(folder)
  await Promise.all(Array.from({ length: 500 }, (_, index) => log.append(`{"index":${index}}`)))
  const indexes = [...readFileSync(only(folder), 'utf8').matchAll(/"index":(\d+)/g)].map(([, index]) => Number(index))
  expect(indexes).toEqual(Array.from({ length: 500 }, (_, index) => index))
  expect((await verifyLog({ folder, name })).damage).toEqual([])
})

it('begins a new file when one is full, and the chain goes on through it', async () => {
  const folder = await written(20, 500)
  expect(segments(folder).length).toBeGreaterThan(3)
  const { lines, damage } = await verifyLog({ folder, name })
  expect([lines, damage]).toEqual([20 + segments(folder).length, []])
})

it('opens after the last write was cut off at any byte, with all lines before it', async () => {
  const folder = await written(3)
  const whole = readFileSync(only(folder))
  const beforeLast = whole.lastIndexOf('\n', whole.length - 2) + 1
  for (let length = beforeLast; length < whole.length; length += 1) {
    writeFileSync(only(folder), whole.subarray(0, length))
    rmSync(join(folder, `${name}.head`), { force: true })
    const log = await openLog(folder)
    expect(log.head.number).toBe(2)
    await log[Symbol.asyncDispose]()
    expect(readFileSync(only(folder))).toEqual(whole.subarray(0, beforeLast))
  }
})

it('opens after a first write that was cut off at any byte', async () => {
  const folder = await written(0)
  const log = await openLog(folder)
  await log.append('{}')
  await log[Symbol.asyncDispose]()
  const whole = readFileSync(only(folder))
  for (let length = 0; length < whole.indexOf('\n'); length += 7) {
    writeFileSync(only(folder), whole.subarray(0, length))
    rmSync(join(folder, `${name}.head`), { force: true })
    await using log = await openLog(folder)
    await log.append('{}')
    expect((await verifyLog({ folder, name })).damage).toEqual([])
  }
})

it('cuts off zeros and the beginning of a line that a power cut left at the end', async () => {
  const folder = await written(3)
  const whole = readFileSync(only(folder))
  const last = whole.subarray(whole.lastIndexOf('\n', whole.length - 2) + 1, -9)
  for (const left of [Buffer.alloc(5_000), Buffer.concat([last, Buffer.alloc(300)])]) {
    appendFileSync(only(folder), left)
    await using log = await openLog(folder)
    expect(log.head.number).toBe(3)
    expect(readFileSync(only(folder))).toEqual(whole)
  }
})

it('takes no whole line for an interrupted write, whatever zeros are in it', async () => {
  const folder = await written(3)
  const whole = readFileSync(only(folder))
  for (let from = 0; from < whole.length - 1; from += 5) {
    const line = whole.subarray(0, from).toString().split('\n').length
    const end = whole.indexOf('\n', from)
    const holed = Buffer.from(whole).fill(0, from, Math.min(from + 4, end))
    if (holed.equals(whole)) continue
    writeFileSync(only(folder), holed)
    await expect(openLog(folder)).rejects.toThrow(`line ${line} (byte`)
    expect(readFileSync(only(folder))).toEqual(holed)
  }
})

it('says where a line was changed, whichever byte of it', async () => {
  const folder = await written(3)
  const whole = readFileSync(only(folder))
  const lineOf = (offset: number) => whole.subarray(0, offset).toString().split('\n').length
  for (let offset = 0; offset < whole.length - 1; offset += 3) {
    const changed = Buffer.from(whole)
    changed[offset] = (changed[offset] as number) ^ 1
    writeFileSync(only(folder), changed)
    const { damage } = await verifyLog({ folder, name })
    expect(damage[0]?.line, `byte ${offset}`).toBe(lineOf(offset))
    await expect(openLog(folder)).rejects.toMatchObject({ code: 'STORE_DAMAGED' })
  }
})

it.each<[string, (folder: string) => void]>([
  ['a line was removed', (folder) => rewrite(folder, (lines) => lines.toSpliced(2, 1))],
  ['two lines were exchanged', (folder) => rewrite(folder, ([a = '', b = '', c = '', ...rest]) => [a, c, b, ...rest])],
  ['a line was repeated', (folder) => rewrite(folder, (lines) => [...lines.slice(0, 2), ...lines.slice(1)])],
  ['a file was removed', (folder) => rmSync(join(folder, segments(folder)[1] ?? ''))],
  ['a file was cut short', (folder) => truncateSync(only(folder), 300)],
  ['a file lost its last line', (folder) => rewrite(folder, (lines) => lines.slice(0, -1))],
])('sees that %s', async (_, harm) => {
  const folder = await written(20, 1_000)
  harm(folder)
  expect((await verifyLog({ folder, name })).damage.length).toBeGreaterThan(0)
})

it('fails while its folder is gone, and recovers by itself', async () => {
  const folder = join(scratch(), 'inner')
  const troubles: string[] = []
  // Whether the head is to be noted just now depends on the time.
  const onTrouble = ({ message }: Error) => void (message.includes('.log"') && troubles.push(message))
  await using log = await ChainedLog.open({ folder, name, onTrouble })
  await log.append('{"index":0}')
  rmSync(folder, { recursive: true })
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(log.append('{"index":1}')).rejects.toMatchObject({ code: 'IO' })
  }
  expect(troubles.length).toBe(1)
  mkdirSync(folder)
  await log.append('{"index":2}')
  expect(log.trouble).toBeUndefined()
  const { damage, first, head } = await verifyLog({ folder, name })
  expect([damage.length, first, head]).toEqual([1, 2, log.head])
  expect(damage[0]?.reason).toContain('nothing says that the lines before were let go')
})

it('goes on in its folder when that is back', async () => {
  const folder = join(scratch(), 'inner')
  await using log = await ChainedLog.open({ folder, name })
  await log.append('{"index":0}')
  renameSync(folder, `${folder}.away`)
  await expect(log.append('{"index":1}')).rejects.toMatchObject({ code: 'IO' })
  renameSync(`${folder}.away`, folder)
  await log.append('{"index":2}')
  expect(await verifyLog({ folder, name })).toMatchObject({ damage: [], lines: 3, head: log.head })
})

it('shares no folder that was emptied with another process', async () => {
  const folder = scratch()
  await using log = await openLog(folder)
  await log.append('{"index":0}')
  for (const file of readdirSync(folder)) rmSync(join(folder, file))
  await expect(log.append('{"index":1}')).rejects.toMatchObject({ code: 'IO' })
  await log.append('{"index":1}')
  await expect(openLog(folder)).rejects.toMatchObject({ code: 'LOCKED' })
})

it('does not write on into a file that another program changed', async () => {
  const folder = scratch()
  await using log = await openLog(folder)
  await log.append('{"index":0}')
  appendFileSync(only(folder), 'something else\n')
  await expect(log.append('{"index":1}')).rejects.toMatchObject({ code: 'IO' })
  await log.append('{"index":2}')
  expect((await verifyLog({ folder, name })).damage).toEqual([])
})

it('has one writer', async () => {
  const folder = scratch()
  await using _ = await openLog(folder)
  await expect(openLog(folder)).rejects.toMatchObject({ code: 'LOCKED' })
})

it('writes what waits when it is closed, and nothing after that', async () => {
  const folder = scratch()
  const log = await openLog(folder)
  const appended = log.append('{}')
  await log[Symbol.asyncDispose]()
  await appended
  await expect(log.append('{}')).rejects.toMatchObject({ code: 'CLOSED' })
})

function rewrite(folder: string, change: (lines: string[]) => string[]): void {
  const lines = readFileSync(only(folder), 'utf8').split('\n').slice(0, -1)
  writeFileSync(only(folder), `${change(lines).join('\n')}\n`)
}

it('reads and continues a log that an earlier version wrote, byte for byte', async () => {
  const folder = scratch()
  const former =
    'BfcyCInRgxVlr-rowMoF9t9H67oBeyCp5jEd0lCeQaw 0 {"log":"test","version":1,"previous":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","time":"2026-01-01T00:00:00.000Z"}\n' +
    'dveLuSETrNq9fSW34i07VVjATvNli55rJqtXqNlbmU8 1 {"名":"值"}\n'
  const header = former.slice(0, former.indexOf('\n') + 1)
  writeFileSync(join(folder, 'test-000000000000000.log'), header)
  await using log = await ChainedLog.open({ folder, name, segmentMs: Number.POSITIVE_INFINITY })
  await log.append('{"名":"值"}')
  expect(readFileSync(only(folder), 'utf8')).toBe(former)
})
