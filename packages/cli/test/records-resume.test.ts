import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Here } from './here.js'
import { program } from './workplace.js'

vi.setConfig({ testTimeout: 120_000 })

const ROWS = 60_000
let here: Here
let content: string

beforeAll(async () => {
  here = await Here.create()
  content = `id,name,phone\n${Array.from({ length: ROWS }, (_, i) => `${i},name ${i},138${i}\n`).join('')}`
  here.write('in.csv', content)
  // The store and its keys are there before anything is killed.
  await here.parasol(['encrypt', '-u', 'customer', '--without-context', 'x'])
})
afterAll(() => here.remove())

it('goes on after kill -9 with as many workers as then, or others, and loses and doubles no row', async () => {
  const args = [
    'records',
    'encrypt',
    here.path('in.csv'),
    '-F',
    'phone',
    '-k',
    'id',
    '-u',
    'customer',
    '-o',
    here.path('out.csv'),
  ]
  const part = here.path('.out.csv.parasol/rows')
  for (const [size, workers] of [
    [1, 1],
    [6_000_000, 3],
    [12_000_000, 2],
  ] as const)
    await killOnce([...args, '--workers', String(workers)], part, size)
  expect(existsSync(here.path('out.csv'))).toBe(false)
  const { code, stdout } = await here.parasol([...args, '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ rows: ROWS, failed: 0, resumedAt: expect.any(Number) })
  expect(readdirSync(here.folder).filter((name) => name.startsWith('.'))).toEqual([])
  await here.parasol(['records', 'decrypt', './out.csv', '-k', 'id', '-u', 'customer', '-o', './back.csv'])
  expect(here.read('back.csv')).toBe(content)
})

it('ends at an interrupt with nothing under the name, and begins anew for another file', async () => {
  const flags = ['-F', 'phone', '-k', 'id', '-u', 'customer', '-o', './other.csv']
  const stopped = await here.parasol(['records', 'encrypt', './in.csv', ...flags], { signal: AbortSignal.timeout(700) })
  // A fast machine has done it before.
  if (stopped.code !== 0) {
    expect(stopped).toMatchObject({ code: 130, stdout: '' })
    expect(stopped.stderr).toMatch(/^error: Interrupted(\. The same command goes on where it was)?\n$/)
    expect(existsSync(here.path('other.csv'))).toBe(false)
  }
  here.write('in.csv', 'id,phone\n1,2\n')
  const { stdout } = await here.parasol(['records', 'encrypt', './in.csv', ...flags, '--force', '--json'])
  expect(JSON.parse(stdout)).toEqual({ file: here.path('other.csv'), rows: 1, failed: 0 })
  expect(parse(here.read('other.csv'))).toHaveLength(2)
})

/** Kills the program when it has written so much, whatever the time. */
async function killOnce(args: readonly string[], part: string, size: number): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, PARASOL_CONFIG: here.path('parasol.yaml') },
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  while (child.exitCode === null && (statSync(part, { throwIfNoEntry: false })?.size ?? 0) < size) await delay(5)
  child.kill('SIGKILL')
  await ended
}
