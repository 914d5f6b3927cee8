import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChainedLog, verifyLog } from '@parasol/core/files'
import { afterAll, expect, it } from 'vitest'

const root = mkdtempSync(join(tmpdir(), 'parasol-reserved-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const scratch = (): string => mkdtempSync(join(root, 'log-'))
const name = 'test'
const SECTOR = 512
const only = (folder: string) => join(folder, readdirSync(folder).find((file) => file.endsWith('.log')) ?? '')
const line = (index: number, length = 300) => JSON.stringify({ index, filler: 'x'.repeat(length) })

async function append(log: ChainedLog, count: number, length?: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => log.append(line(index, length))))
}

/** Bytes of a log as a power cut finds them: its head was not noted yet. */
async function written(...counts: readonly number[]): Promise<Buffer[]> {
  const folder = scratch()
  const states: Buffer[] = []
  for (const count of counts) {
    await using log = await ChainedLog.open({ folder, name })
    await append(log, count)
    states.push(readFileSync(only(folder)))
  }
  return states
}

function folderWith(bytes: Uint8Array): string {
  const folder = scratch()
  writeFileSync(join(folder, `${name}-000000000000000.log`), bytes)
  return folder
}

it('writes a long file where zeros are, which are no lines, and takes them away when it is closed', async () => {
  const folder = scratch()
  {
    await using log = await ChainedLog.open({ folder, name })
    let lines = 0
    for (; lines < 2_000 && statSync(only(folder)).size < 1_000_000; lines += 100) await append(log, 100)
    expect(await verifyLog({ folder, name })).toMatchObject({ damage: [], unfinished: 0, lines: lines + 1 })
    const copy = scratch()
    cpSync(folder, copy, { recursive: true })
    rmSync(join(copy, 'lock'), { recursive: true, force: true })
    await using restarted = await ChainedLog.open({ folder: copy, name })
    expect(restarted.head).toEqual(log.head)
  }
  expect(readFileSync(only(folder)).at(-1)).toBe(10)
})

it('opens after a write of which the disk kept any of the sectors, with all lines before it', async () => {
  const [before = Buffer.alloc(0), after = Buffer.alloc(0)] = await written(3, 20)
  const lastOfBefore = 3
  const first = Math.floor(before.length / SECTOR)
  const sectors = Math.ceil(after.length / SECTOR) - first
  const keep = Array.from({ length: sectors }, (_, missing) => (sector: number) => sector !== missing)
  keep.push(
    (sector) => sector % 2 === 0,
    (sector) => sector % 2 === 1,
    (sector) => sector > sectors / 2,
    () => false,
  )
  for (const kept of keep) {
    const left = Buffer.concat([after, Buffer.alloc(4_096)])
    for (let sector = 0; sector < sectors; sector++) {
      if (!kept(sector)) left.fill(0, Math.max(before.length, (first + sector) * SECTOR), (first + sector + 1) * SECTOR)
    }
    const folder = folderWith(left)
    expect((await verifyLog({ folder, name })).damage).toEqual([])
    await using log = await ChainedLog.open({ folder, name })
    expect(log.head.number).toBeGreaterThanOrEqual(lastOfBefore)
    await log.append('{}')
    expect((await verifyLog({ folder, name })).damage).toEqual([])
  }
})

it('takes zeros for damage before a line that was noted, and before more than one write has', async () => {
  const folder = scratch()
  {
    await using log = await ChainedLog.open({ folder, name })
    await append(log, 17, 1_000_000)
  }
  const holed = readFileSync(only(folder)).fill(0, 2 * SECTOR, 3 * SECTOR)
  writeFileSync(only(folder), holed)
  await expect(ChainedLog.open({ folder, name })).rejects.toThrow('line 2 (byte')
  const short = holed.subarray(0, 4_000_000)
  writeFileSync(only(folder), short)
  await expect(ChainedLog.open({ folder, name })).rejects.toThrow('its end was cut off')
  expect((await verifyLog({ folder, name })).damage.length).toBeGreaterThan(0)
  expect(readFileSync(only(folder)).equals(short)).toBe(true)
})
