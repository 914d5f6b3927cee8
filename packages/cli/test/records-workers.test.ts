import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Here } from './here.js'

vi.setConfig({ testTimeout: 120_000 })

let here: Here
const bound = ['-k', 'id', '-u', 'customer']
const FAILING = new Set([5, 900, 1900])
beforeAll(async () => {
  here = await Here.create('customer: { scheme: envelope, reads: [kms-direct] }\ndirect: { scheme: kms-direct }')
})
afterAll(() => here.remove())

/** Rows are long, so that few are as many bytes as several threads are started for. */
const LONG = 'x'.repeat(500)
const ids = Array.from({ length: 2000 }, (_, index) => index)
const files = {
  'plain.csv': `id,name,phone\n${ids.map((id) => `${id},"name,\nof ""${id}"" ${LONG}",138${id}\n${id % 9 === 0 ? '\n' : ''}`).join('')}`,
  'lines.ndjson': ids.map((id) => `{"id":${id},"name":"name of ${id} ${LONG}","phone":"138${id}"}\n`).join(''),
  'array.json': `[ ${ids.map((id) => `{"id":${id}, "name":"name ] of ${id} ${LONG}","phone":{"home":${id}}}`).join(' ,\n')} ] \n`,
}

it.each(Object.keys(files) as (keyof typeof files)[])('brings %s back through three threads', async (name) => {
  here.write(name, files[name])
  const encrypt = ['records', 'encrypt', `./${name}`, '-F', 'phone', ...bound]
  const encrypted = await here.parasol([...encrypt, '--workers', '3', '-o', `./enc-${name}`, '--json'])
  expect(encrypted).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(encrypted.stdout)).toMatchObject({ rows: ids.length, failed: 0 })
  const decrypt = ['records', 'decrypt', `./enc-${name}`, ...bound]
  expect(await here.parasol([...decrypt, '--workers', '3', '-o', `./many-${name}`])).toMatchObject({ code: 0 })
  expect(await here.parasol([...decrypt, '-o', `./one-${name}`])).toMatchObject({ code: 0 })
  expect(here.read(`many-${name}`)).toBe(here.read(`one-${name}`))
  expect(rowsOf(name, here.read(`many-${name}`))).toEqual(rowsOf(name, files[name]))
})

it('names the same rows that failed as one thread does, and leaves out no other', async () => {
  const content = ids
    .map((id) => `${FAILING.has(id) ? '' : id},138${id},${LONG}\n${id % 7 === 0 ? '\r\n' : ''}`)
    .join('')
  here.write('bad.csv', `id,phone,name\n${content}`)
  const encrypt = ['records', 'encrypt', './bad.csv', '-F', 'phone', ...bound, '--on-error', 'skip']
  for (const workers of ['1', '2']) {
    const target = ['-o', `./bad-${workers}.csv`, '--report', `./bad-${workers}.ndjson`]
    expect(await here.parasol([...encrypt, '--workers', workers, ...target])).toMatchObject({ code: 8 })
  }
  expect(here.read('bad-2.ndjson')).toBe(here.read('bad-1.ndjson'))
  expect(here.read('bad-2.ndjson').trim().split('\n')).toHaveLength(FAILING.size)
  expect(here.read('bad-2.csv').split('\n')).toHaveLength(here.read('bad-1.csv').split('\n').length)
})

it('stops at the first row that fails, and leaves nothing', async () => {
  here.write('bad.csv', `id,phone,name\n${ids.map((id) => `${FAILING.has(id) ? '' : id},138${id},${LONG}\n`).join('')}`)
  const encrypt = ['records', 'encrypt', './bad.csv', '-F', 'phone', ...bound, '-o', './none.csv', '--workers', '2']
  const { code, stderr } = await here.parasol(encrypt)
  expect(code).toBe(2)
  expect(stderr).toMatch(/^error: Row 6 \(line 7\) "id": [^\n]+\n$/)
  expect(readdirSync(here.folder).filter((name) => /none/.test(name))).toEqual([])
})

it('asks the KMS through one connection, which a local store allows to one only, for every value', async () => {
  const rows = ids.slice(0, 1100).map((id) => `${id},138${id},${LONG}\n`)
  here.write('few.csv', `id,phone,name\n${rows.join('')}`)
  const direct = ['-k', 'id', '-u', 'direct', '--workers', '2']
  const encrypted = await here.parasol(['records', 'encrypt', './few.csv', '-F', 'phone', ...direct, '-o', './few.enc'])
  expect(encrypted).toMatchObject({ code: 0, stderr: '' })
  await here.parasol(['records', 'decrypt', './few.enc', '--format', 'csv', ...direct, '-o', './few.back'])
  expect(here.read('few.back')).toBe(here.read('few.csv'))
})

it('moves rows to another scheme, and renews their keys, by several threads', async () => {
  const rows = ids.slice(0, 1100).map((id) => `${id},138${id},${LONG}\n`)
  here.write('moved.csv', `id,phone,name\n${rows.join('')}`)
  const plain = here.read('moved.csv')
  await here.parasol(['records', 'encrypt', './moved.csv', '-F', 'phone', ...bound, '-o', './moved.enc.csv'])
  expect(await here.parasol(['records', 'rewrap', './moved.enc.csv', ...bound, '--workers', '2'])).toMatchObject({
    code: 0,
  })
  const move = ['reencrypt', '-i', './moved.enc.csv', '--to', 'direct', '-u', 'customer', '-k', 'id', '--workers', '2']
  expect(await here.parasol(move)).toMatchObject({ code: 0 })
  expect(await here.parasol(move)).toMatchObject({ code: 0 })
  const opened = await here.parasol(['records', 'decrypt', './moved.enc.csv', '-k', 'id', '-u', 'direct'])
  expect(opened.stdout).toBe(plain)
})

it('ends its threads at an interrupt', async () => {
  const stop = new AbortController()
  const encrypt = ['records', 'encrypt', '-F', 'phone', ...bound, '--workers', '2']
  const onOutput = (): void => stop.abort()
  const input = files['plain.csv']
  const { code, stderr } = await here.parasol(encrypt, { input, signal: stop.signal, onOutput })
  expect({ code, stderr }).toEqual({ code: 130, stderr: 'error: Interrupted\n' })
})

function rowsOf(name: string, content: string): unknown {
  if (name.endsWith('.csv')) return content.replaceAll(/"\n\n|\n\n/g, '\n')
  return name.endsWith('.json') ? JSON.parse(content) : content
}
