import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBackups, verifyLog } from '@parasol/service'
import { expect, it } from 'vitest'
import { post } from './fixture.js'
import { configured, hasTool, isBuilt, Program } from './process.js'

type Record_ = Readonly<Record<string, string>>

async function backups(folder: string): Promise<Map<string, Record_>> {
  const found = new Map<string, Record_>()
  for await (const { requestId, record } of findBackups(join(folder, 'backup'), {})) found.set(requestId, record)
  return found
}

it.skipIf(!isBuilt)('explains itself, makes keys, and refuses what it does not know (needs build)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parasol-none-'))
  const run = async (...args: string[]) => {
    const program = new Program(args, folder)
    return { code: await program.ended(), output: program.output }
  }
  expect(await run('--help')).toMatchObject({ code: 0, output: expect.stringContaining('--config FILE') })
  expect(await run('--new-key')).toMatchObject({
    code: 0,
    output: expect.stringMatching(/parasol_[\w-]{43}\n.*[0-9a-f]{64}/),
  })
  expect(await run('--hlep')).toMatchObject({ code: 2, output: expect.stringContaining('Usage') })
  expect(await run()).toMatchObject({ code: 1, output: expect.stringContaining('parasol.yaml') })
  rmSync(folder, { recursive: true })
})

it.skipIf(!isBuilt)('serves until SIGTERM, then answers what is under way and ends well (needs build)', async () => {
  const program = new Program([], configured())
  const service = await program.listening()
  const answers = Promise.all(Array.from({ length: 20 }, () => post(service, '/v1/customer/encrypt', { a: 'canary' })))
  expect((await answers).every(({ status }) => status === 200)).toBe(true)
  expect(await program.end('SIGTERM')).toBe(0)
  expect(program.output).toContain('"stopped"')
  expect(program.output).not.toContain('canary')
})

it.skipIf(!isBuilt)(
  'reads its configuration again on SIGHUP, and stays as it is if that is not sound (needs build)',
  async () => {
    const folder = configured()
    const program = new Program([], folder)
    const service = await program.listening()
    const path = join(folder, 'parasol.yaml')
    const sound = readFileSync(path, 'utf8')
    writeFileSync(path, 'service: {}')
    program.child.kill('SIGHUP')
    await program.says('the former one stays')
    expect((await post(service, '/v1/customer/encrypt', { a: 'b' })).status).toBe(200)
    writeFileSync(path, sound.replace('[encrypt, decrypt]', '[decrypt]'))
    program.child.kill('SIGHUP')
    await program.says('were read again')
    expect((await post(service, '/v1/customer/encrypt', { a: 'b' })).status).toBe(403)
    expect(await program.end('SIGTERM')).toBe(0)
  },
)

it.skipIf(!isBuilt)('loses nothing that it answered, killed at any moment (needs build)', async () => {
  const folder = configured()
  const answered = new Map<string, Record_>()
  for (let round = 0; round < 4; round++) {
    const program = new Program([], folder)
    const service = await program.listening()
    const enough = answered.size + 20 + 40 * round
    const client = async (): Promise<void> => {
      for (;;) {
        const reply = await post(service, '/v1/customer/encrypt', { a: 'b' }).catch(() => undefined)
        if (reply?.status !== 200) return
        answered.set(reply.headers.get('parasol-request-id') ?? '', reply.json)
        if (answered.size >= enough) program.child.kill('SIGKILL')
      }
    }
    await Promise.all(Array.from({ length: 16 }, client))
    await program.end('SIGKILL')
  }
  expect(answered.size).toBeGreaterThan(200)
  const kept = await backups(folder)
  for (const [id, record] of answered) expect(kept.get(id)).toEqual(record)
  const program = new Program([], folder)
  const service = await program.listening()
  const last = [...answered.values()].at(-1)
  expect((await post(service, '/v1/customer/decrypt', last)).json).toEqual({ a: 'b' })
  await program.end('SIGTERM')
  for (const log of ['backup', 'audit'])
    expect((await verifyLog({ folder: join(folder, log), name: log })).damage).toEqual([])
})

it.skipIf(!isBuilt || !hasTool('prlimit'))(
  'answers 503 while the disk takes no more, and goes on when it does (needs build, prlimit)',
  async () => {
    const folder = configured()
    const program = new Program([], folder)
    const service = await program.listening()
    const limit = (bytes: string) =>
      execFileSync('prlimit', ['--pid', String(program.child.pid), `--fsize=${bytes}:unlimited`])
    const answered = new Map<string, Record_>()
    const statuses = new Set<number>()
    const call = async (): Promise<void> => {
      const { status, headers, json } = await post(service, '/v1/customer/encrypt', { a: 'b'.repeat(500) })
      statuses.add(status)
      if (status === 200) answered.set(headers.get('parasol-request-id') ?? '', json)
    }
    limit('20000')
    for (let round = 0; round < 10; round++) await Promise.all(Array.from({ length: 4 }, call))
    expect([...statuses].sort()).toEqual([200, 503])
    limit('unlimited')
    statuses.clear()
    await Promise.all(Array.from({ length: 4 }, call))
    expect([...statuses]).toEqual([200])
    await program.end('SIGTERM')
    const kept = await backups(folder)
    for (const [id, record] of answered) expect(kept.get(id)).toEqual(record)
    for (const log of ['backup', 'audit'])
      expect((await verifyLog({ folder: join(folder, log), name: log })).damage).toEqual([])
  },
)
