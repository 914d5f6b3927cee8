import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BackupLog, findBackups } from '@parasol/service'
import { findPostgres, PostgresServer } from '@parasol/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Connection, connect } from '../../src/postgres/postgres-connection.js'
import { PostgresLog, type PostgresLogOptions } from '../../src/postgres/postgres-log.js'
import { postgresSource } from '../../src/postgres/postgres-source.js'
import { crm, post, start } from '../fixture.js'

const hasPostgres = findPostgres() !== undefined
const folder = mkdtempSync(join(tmpdir(), 'parasol-pg-test-'))
let server: PostgresServer
let name: string
let count = 0
beforeAll(async () => {
  if (hasPostgres) server = await PostgresServer.start()
}, 60_000)
beforeEach(() => {
  name = `log${count++}`
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const open = (more: Partial<PostgresLogOptions> = {}) => PostgresLog.open({ url: server.url, name, ...more })
const verify = () => postgresSource(server.url, name).verify()

async function withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connect(server.url)
  return work(connection).finally(() => connection.close())
}
const sql = (text: string, values: readonly unknown[] = []) =>
  withConnection((connection) => connection.query(text, values))

async function contents(): Promise<number[]> {
  const found: number[] = []
  for await (const lines of postgresSource(server.url, name).contents()) {
    for (const line of lines) found.push(JSON.parse(line.toString()).index)
  }
  return found
}

async function written(lines: number): Promise<void> {
  await using log = await open()
  await Promise.all(Array.from({ length: lines }, (_, index) => log.append(JSON.stringify({ index, 名: '值' }))))
}

it.skipIf(!hasPostgres)(
  'keeps what it acknowledged, in order, and goes on where it stopped (needs PostgreSQL)',
  async () => {
    await written(1_200)
    await using log = await open()
    expect(log.head.number).toBe(1_199)
    await log.append('{"index":1200}')
    expect(await verify()).toMatchObject({ lines: 1_201, first: 0, damage: [], head: log.head })
    expect(await contents()).toEqual(Array.from({ length: 1_201 }, (_, index) => index))
  },
)

it.skipIf(!hasPostgres)('lets several instances write to one chain (needs PostgreSQL)', async () => {
  const logs = await Promise.all([open(), open(), open()])
  const appends = logs.flatMap((log, instance) =>
    Array.from({ length: 100 }, async (_, round) => {
      await new Promise((resolve) => setTimeout(resolve, round % 10))
      await log.append(JSON.stringify({ index: instance * 100 + round }))
    }),
  )
  await Promise.all(appends)
  for (const log of logs) await log[Symbol.asyncDispose]()
  expect(await verify()).toMatchObject({ lines: 300, damage: [] })
  expect(new Set(await contents()).size).toBe(300)
})

it.skipIf(!hasPostgres)('refuses while the database is away, and goes on by itself (needs PostgreSQL)', async () => {
  const troubles: unknown[] = []
  await using log = await open({ onTrouble: (error) => troubles.push(error) })
  await log.append('{"index":0}')
  await server.down()
  try {
    const failed = await log.append('{"index":1}').catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'IO', message: expect.not.stringContaining(server.url) })
    await expect(log.append('{"index":1}')).rejects.toMatchObject({ code: 'IO' })
  } finally {
    await server.up()
  }
  await log.append('{"index":2}')
  expect([troubles.length, log.trouble]).toEqual([1, undefined])
  expect(await contents()).toEqual([0, 2])
})

it.skipIf(!hasPostgres)('goes on after its connection was cut in its turn (needs PostgreSQL)', async () => {
  await using log = await open()
  await using other = await open()
  await log.append('{"index":0}')
  await sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state = 'idle'`)
  const results = await Promise.allSettled([log.append('{"index":1}'), other.append('{"index":2}')])
  await log.append('{"index":3}')
  await other.append('{"index":4}')
  const acknowledged = results.flatMap(({ status }, index) => (status === 'fulfilled' ? [index + 1] : []))
  expect(await contents()).toEqual(expect.arrayContaining([0, ...acknowledged, 3, 4]))
  expect((await verify()).damage).toEqual([])
})

it.skipIf(!hasPostgres).each([
  ['a line was changed', `UPDATE parasol_log_line SET content = '{"index":7}' WHERE log = $1 AND number = 4`, 4],
  ['a line was removed', 'DELETE FROM parasol_log_line WHERE log = $1 AND number = 4', 4],
  ['two lines were exchanged', 'UPDATE parasol_log_line SET number = -number WHERE log = $1 AND number = 4', 4],
  ['the end was cut off', 'DELETE FROM parasol_log_line WHERE log = $1 AND number > 6', 7],
  ['the beginning was cut off', 'DELETE FROM parasol_log_line WHERE log = $1 AND number < 3', 0],
])('sees that %s (needs PostgreSQL)', async (_, change, line) => {
  await written(9)
  await sql(change, [name])
  expect((await verify()).damage[0]).toMatchObject({ line })
})

it.skipIf(!hasPostgres)(
  'sees by its head that the end was cut off with what says where it is (needs PostgreSQL)',
  async () => {
    const headFile = join(folder, `${name}.head`)
    const log = await open({ headFile })
    for (let index = 0; index < 3; index++) await log.append(JSON.stringify({ index }))
    await log[Symbol.asyncDispose]()
    const { rows } = await sql('SELECT hash FROM parasol_log_line WHERE log = $1 AND number = 1', [name])
    await sql('DELETE FROM parasol_log_line WHERE log = $1 AND number = 2', [name])
    await sql('UPDATE parasol_log SET next = 2, hash = $2 WHERE name = $1', [name, (rows[0] as { hash: string }).hash])
    expect((await verify()).damage).toEqual([])
    expect((await postgresSource(server.url, name).verify({ heads: [log.head] })).damage.length).toBe(1)
    await expect(open({ headFile })).rejects.toMatchObject({ code: 'STORE_DAMAGED' })
  },
)

it.skipIf(!hasPostgres)('lets old lines go, and says so in the log (needs PostgreSQL)', async () => {
  await written(10)
  await sql(`UPDATE parasol_log_line SET time = now() - interval '2 days' WHERE log = $1 AND number < 6`, [name])
  await using log = await open({ maxAgeMs: 86_400_000 })
  expect(await log.prune()).toBe(6)
  expect(await log.prune()).toBe(0)
  await log.append('{"index":10}')
  expect(await verify()).toMatchObject({ first: 6, damage: [], head: log.head })
  await sql('DELETE FROM parasol_log_line WHERE log = $1 AND number = 6', [name])
  expect((await verify()).damage.length).toBeGreaterThan(0)
})

it.skipIf(!hasPostgres)(
  'makes its tables once, though several come first together (needs PostgreSQL)',
  async () => {
    await using fresh = await PostgresServer.start()
    const logs = await Promise.all(['a', 'a', 'b'].map((log) => PostgresLog.open({ url: fresh.url, name: log })))
    for (const log of logs) await log.append('{}')
    for (const log of logs) await log[Symbol.asyncDispose]()
    expect(await postgresSource(fresh.url, 'a').verify()).toMatchObject({ lines: 2, damage: [] })
  },
  60_000,
)

it.skipIf(!hasPostgres)(
  'keeps no more bytes than it is told to, and takes nothing for the anchor (needs PostgreSQL)',
  async () => {
    await using log = await open({ maxBytes: 100_000 })
    const text = 'x'.repeat(900)
    const write = (from: number, to: number) =>
      Promise.all(
        Array.from({ length: to - from }, (_, index) => log.append(JSON.stringify({ index: from + index, text }))),
      )
    await write(0, 90)
    expect(await log.prune()).toBe(0)
    await write(90, 150)
    expect(await log.prune()).toBeGreaterThan(50)
    expect(await log.prune()).toBe(0)
    const { rows } = await sql('SELECT sum(length(content)) AS bytes FROM parasol_log_line WHERE log = $1', [name])
    const { bytes } = rows[0] as { bytes: string }
    expect([Number(bytes) > 80_000, Number(bytes) < 91_000]).toEqual([true, true])
    expect(await verify()).toMatchObject({ damage: [] })
  },
)

it.skipIf(!hasPostgres)('is found as a log in files is (needs PostgreSQL)', async () => {
  await using backup = new BackupLog(await open())
  const call = { id: 'r', caller: crm, useCase: 'customer', operation: 'encrypt' } as const
  await backup.append(call, { row: '1' }, '{"a":"enc1.envelope.a","kms_encrypt_key":"enc1.envelope.k"}')
  const found = []
  for await (const entry of findBackups(postgresSource(server.url, name), { ciphertext: 'enc1.envelope.a' }))
    found.push(entry)
  expect(found).toMatchObject([{ requestId: 'r', caller: 'crm' }])
})

it.skipIf(!hasPostgres)('needs no more rights than the documentation grants (needs PostgreSQL)', async () => {
  await written(1)
  await sql(`CREATE ROLE serving LOGIN`)
  await sql('GRANT SELECT, INSERT, UPDATE ON parasol_log TO serving')
  await sql('GRANT SELECT, INSERT, DELETE ON parasol_log_line TO serving')
  await sql('GRANT SELECT ON parasol_schema TO serving')
  const url = server.url.replace('parasol@', 'serving@')
  await using log = await open({ url, maxAgeMs: -60_000 })
  await log.append('{"index":1}')
  await log.append('{"index":2}')
  expect(await log.prune()).toBeGreaterThan(0)
  await log.append('{"index":3}')
  expect(await postgresSource(url, name).verify()).toMatchObject({ damage: [], head: log.head })
})

it.skipIf(!hasPostgres)('makes the service answer 503 while the database is away (needs PostgreSQL)', async () => {
  await using backup = new BackupLog(await open())
  await using service = await start({ backup })
  const encrypt = async () => {
    const { status, json, headers } = await post(service, '/v1/customer/encrypt', { a: 'b' })
    return [status, json['code'], headers.get('retry-after')]
  }
  const isReady = async () => (await fetch(`${service.url}/readyz`)).ok
  expect([await encrypt(), await isReady()]).toEqual([[200, undefined, null], true])
  await server.down()
  try {
    expect([await encrypt(), await isReady()]).toEqual([[503, 'LOG_UNAVAILABLE', '1'], false])
  } finally {
    await server.up()
  }
  expect([await encrypt(), await isReady()]).toEqual([[200, undefined, null], true])
})

it('says nothing of the URL of a database that it cannot reach', async () => {
  const url = `postgresql://user:s3cret@127.0.0.1:1/db`
  const error = await PostgresLog.open({ url, name: 'x' }).catch((error: unknown) => error)
  expect(error).toMatchObject({ code: 'IO', reason: 'ECONNREFUSED' })
  expect(String(error)).not.toMatch(/s3cret|user/)
  await expect(PostgresLog.open({ url: 'postgresql://user:s3cret@:x/', name: 'x' })).rejects.not.toThrow(/s3cret/)
})
