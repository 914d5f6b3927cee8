import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, linkSync, mkdirSync, openSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type Damage, type LogOptions, SealedLog } from '../src/sealed-log.js'
import { scratchFolder } from './scratch.js'

const entityOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const contents = [0, 1, 2, 3].map((number) => `content of ${number}`)

interface Written {
  readonly options: LogOptions
  readonly bytes: Buffer
  /** Where each record begins, and where the last one ends. */
  readonly bounds: readonly number[]
}

async function writeLog(storeId = 'store'): Promise<Written> {
  const options = { path: join(scratchFolder(), 'log'), key: randomBytes(32), storeId }
  const bounds: number[] = []
  await using log = await SealedLog.open(options, () => undefined)
  for (const [index, content] of contents.entries()) {
    bounds.push(readFileSync(options.path).length)
    await log.append(entityOf(index), Buffer.from(content))
  }
  const bytes = readFileSync(options.path)
  return { options, bytes, bounds: [...bounds, bytes.length] }
}

interface Read {
  readonly records: readonly string[]
  readonly damage: readonly Damage[]
}

async function readLog(options: LogOptions, bytes?: Uint8Array): Promise<Read> {
  if (bytes) writeFileSync(options.path, bytes)
  const records: string[] = []
  await using log = await SealedLog.open(options, (_entity, content) => records.push(Buffer.from(content).toString()))
  return { records, damage: log.damage }
}

it('gives back what was appended, in order', async () => {
  const { options } = await writeLog()
  expect(await readLog(options)).toEqual({ records: contents, damage: [] })
})

it('holds nothing that can be read', async () => {
  const { bytes } = await writeLog()
  expect(bytes.includes('content')).toBe(false)
})

it('keeps every acknowledged record when the next was torn off at any byte, and goes on from there', async () => {
  const { options, bytes, bounds } = await writeLog()
  const [last = 0, end = 0] = bounds.slice(-2)
  for (let length = last; length < end; length++) {
    expect(await readLog(options, bytes.subarray(0, length)), `cut at ${length}`).toEqual({
      records: contents.slice(0, -1),
      damage: [],
    })
    await using log = await SealedLog.open(options, () => undefined)
    await log.append(entityOf(9), Buffer.from('again'))
    expect((await readLog(options)).records).toEqual([...contents.slice(0, -1), 'again'])
  }
})

it('takes a last record whose end the disk filled with zeros for torn', async () => {
  const { options, bytes, bounds } = await writeLog()
  const [last = 0, end = 0] = bounds.slice(-2)
  for (let kept = last; kept <= end - 16; kept += 7) {
    const torn = Buffer.concat([bytes.subarray(0, kept), Buffer.alloc(end - kept)])
    const { records, damage } = await readLog(options, torn)
    expect(records, `zeros from ${kept}`).toEqual(contents.slice(0, -1))
    // Part of a header beside zeros may be a damaged record as well: that is said rather than cut off.
    if (kept === last || kept >= last + 32) expect(damage).toEqual([])
  }
})

it('names the record in which any one byte was changed, and reads all others', async () => {
  const { options, bytes, bounds } = await writeLog()
  for (let offset = 0; offset < bytes.length; offset++) {
    const changed = Buffer.from(bytes)
    changed[offset] = (changed[offset] ?? 0) ^ (1 << (offset % 8))
    const sequence = bounds.findLastIndex((start) => start <= offset)
    expect(await readLog(options, changed), `byte ${offset}`).toEqual({
      records: contents.filter((_, index) => index !== sequence),
      damage: [{ offset: bounds[sequence], sequence, entity: entityOf(sequence) }],
    })
    expect(readFileSync(options.path)).toEqual(changed)
  }
})

it('finds records that were swapped, dropped, repeated or put at the end', async () => {
  const { options, bytes, bounds } = await writeLog()
  const records = contents.map((_, index) => bytes.subarray(bounds[index], bounds[index + 1]))
  const arrangements = [
    [0, 2, 1, 3],
    [1, 0, 2, 3],
    [0, 1, 3],
    [1, 2, 3],
    [0, 1, 1, 2, 3],
    [0, 1, 2, 3, 1],
    [0, 1, 2, 3, 0],
    [3],
  ]
  for (const order of arrangements) {
    const file = Buffer.concat(order.map((index) => records[index] ?? Buffer.alloc(0)))
    const { records: read, damage } = await readLog(options, file)
    expect(damage.length, `${order}`).toBeGreaterThan(0)
    expect(readFileSync(options.path), 'evidence stays').toEqual(file)
    expect(contents.filter((content) => read.includes(content))).toEqual(read)
  }
})

it('does not open a record of another store, nor under another key', async () => {
  const ours = await writeLog('store')
  const moved = await readLog({ ...ours.options, storeId: 'other' }, ours.bytes)
  expect(moved.records).toEqual([])
  expect(moved.damage.length).toBe(contents.length)
  const otherKey = await readLog({ ...ours.options, key: randomBytes(32) }, ours.bytes)
  expect(otherKey.damage.length).toBe(contents.length)
})

it('appends one after another, in the order of the calls', async () => {
  const options = { path: join(scratchFolder(), 'log'), key: randomBytes(32), storeId: 'store' }
  await using log = await SealedLog.open(options, () => undefined)
  const numbers = Array.from({ length: 50 }, (_, number) => number)
  await Promise.all(numbers.map((number) => log.append(entityOf(number), Buffer.from(`${number}`))))
  expect((await readLog(options)).records).toEqual(numbers.map(String))
})

it('holds after a rewrite what it was given alone, whole, and goes on', async () => {
  const { options } = await writeLog()
  {
    await using log = await SealedLog.open(options, () => undefined)
    await log.rewrite([[entityOf(7), Buffer.from('kept')]])
    await log.append(entityOf(8), Buffer.from('later'))
    await log.rewrite([[entityOf(7), Buffer.from('kept')]])
    await log.append(entityOf(8), Buffer.from('last'))
  }
  expect(await readLog(options)).toEqual({ records: ['kept', 'last'], damage: [] })
})

it('overwrites what it held before a rewrite, and so does the next opening after a crash in between', async () => {
  const { options, bytes } = await writeLog()
  const former = openSync(options.path, 'r')
  await using log = await SealedLog.open(options, () => undefined)
  await log.rewrite([])
  expect(readFileSync(former)).toEqual(Buffer.alloc(bytes.length))
  closeSync(former)
  writeFileSync(`${options.path}.former`, bytes)
  const crashed = openSync(`${options.path}.former`, 'r')
  await readLog(options)
  expect(readFileSync(crashed)).toEqual(Buffer.alloc(bytes.length))
  closeSync(crashed)
  expect(existsSync(`${options.path}.former`)).toBe(false)
})

it('keeps what it holds when it crashed before the rewritten file was in place', async () => {
  const { options } = await writeLog()
  linkSync(options.path, `${options.path}.former`)
  expect(await readLog(options)).toEqual({ records: contents, damage: [] })
  expect(existsSync(`${options.path}.former`)).toBe(false)
})

it('stays as it was when it cannot be rewritten', async () => {
  const { options } = await writeLog()
  await using log = await SealedLog.open(options, () => undefined)
  mkdirSync(`${options.path}.former`)
  await expect(log.rewrite([])).rejects.toThrow(expect.objectContaining({ code: 'IO' }))
  await log.append(entityOf(9), Buffer.from('later'))
  rmdirSync(`${options.path}.former`)
  expect((await readLog(options)).records).toEqual([...contents, 'later'])
})

it('takes no record from before a rewrite, in whatever place', async () => {
  const { options, bytes, bounds } = await writeLog()
  {
    await using log = await SealedLog.open(options, () => undefined)
    await log.rewrite([[entityOf(7), Buffer.from('kept')]])
  }
  const rewritten = readFileSync(options.path)
  const first = bytes.subarray(0, bounds[1])
  for (const file of [
    Buffer.concat([bytes, rewritten]),
    Buffer.concat([rewritten, bytes]),
    Buffer.concat([first, rewritten]),
    Buffer.concat([rewritten, first]),
    rewritten.subarray(60),
  ]) {
    expect((await readLog(options, file)).damage.length).toBeGreaterThan(0)
  }
})
