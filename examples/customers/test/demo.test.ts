import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Ended, Workplace } from './program.js'

// Whole programs, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

const awkward = [
  ['no', 'phone', 'a "quoted", name', '__proto__', '1', 'remark'],
  ['7', '13800138000', 'two\nlines, and "quotes"', 'prototype value', 'numeric name', ''],
  ['8', '', '身份证 11010519491231002X', '=1+1', 'another number', ' spaces '],
  ['9', '13900139000', '', "it's", 'third number', 'not protected'],
]
const fields = ['phone', '"a ""quoted"", name"', '__proto__', '1'].join(',')
const secrets = ['13800138000', 'two\nlines', '11010519491231002X', 'prototype value', 'numeric name', 'third number']

const place = new Workplace()
let ended: Ended

beforeAll(async () => {
  const csv = awkward.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\r\n')
  place.write('awkward.csv', `\ufeff${csv}\r\n`)
  ended = await place.demo('awkward.csv', '--fields', fields, '--context', 'no')
}, 60_000)
afterAll(() => place[Symbol.dispose]())

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
const encrypted = (suffix: string): string[][] => parse(readFileSync(join(place.out, 'encrypted', `awkward${suffix}`)))

it('protects a file of awkward names and values under all schemes, and reads it back', () => {
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(ended.stdout).toContain('every value equal to the original')
})

it('counts rows and KMS calls for each scheme', () => {
  expect(ended.stdout).toMatch(/kms-direct .* 3 {2,}12 \+ 12 /)
  expect(ended.stdout).toMatch(/envelope .* 3 {2,}3 \+ 3 /)
  expect(ended.stdout).toMatch(/gpg .* 3 {2,}0 \+ 0 /)
})

it.each(['.kms-direct.csv', '.envelope.csv'])('keeps rows, order and unprotected cells in %s', (suffix) => {
  const rows = encrypted(suffix)
  expect(rows.map((row) => row[0])).toEqual(['no', '7', '8', '9'])
  expect(rows.map((row) => row[5])).toEqual(awkward.map((row) => row[5]))
  for (const row of rows.slice(1)) for (const cell of row.slice(1, 5)) expect(cell).toMatch(/^enc1\.[a-z-]+\./)
})

it('writes the wrapped key of each row into one more column, under envelope only', () => {
  expect(encrypted('.kms-direct.csv')[0]).toEqual(awkward[0])
  const [header, ...rows] = encrypted('.envelope.csv')
  expect(header).toEqual([...(awkward[0] ?? []), 'kms_encrypt_key'])
  expect(new Set(rows.map((row) => row[6])).size).toBe(3)
})

it('leaves none of the protected values in anything that it wrote', () => {
  const files = filesBelow(place.out)
  expect(files.length).toBeGreaterThan(8)
  for (const path of files) for (const secret of secrets) expect(readFileSync(path).includes(secret), path).toBe(false)
})

it('leaves no temporary file, and lets others read neither keys nor data', () => {
  for (const path of filesBelow(place.out)) {
    expect(path).not.toMatch(/\.tmp$|lock$/)
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o077, path).toBe(0)
  }
})

it('reads a former run back, with its keys and without writing data', async () => {
  const before = encrypted('.envelope.csv')
  expect(await place.demo('--check')).toMatchObject({ code: 0, stderr: '' })
  expect(encrypted('.envelope.csv')).toEqual(before)
})

it('protects again in the same folder, under the same keys', async () => {
  const scheme = (config: string): string => config.slice(config.indexOf('schemes:'))
  const before = readFileSync(join(place.out, 'parasol.yaml'), 'utf8')
  expect(await place.demo('awkward.csv', '--fields', fields, '--context', 'no')).toMatchObject({ code: 0, stderr: '' })
  expect(scheme(readFileSync(join(place.out, 'parasol.yaml'), 'utf8'))).toBe(scheme(before))
})

const hasGpg = spawnSync('gpg', ['--version']).status === 0

it.skipIf(!hasGpg)('lets the partner read the file with gpg, as it says (needs gpg)', () => {
  const home = mkdtempSync(join(tmpdir(), 'gpg-'))
  const env = { ...process.env, GNUPGHOME: home }
  const flags = ['--batch', '--quiet', '--pinentry-mode', 'loopback']
  const passphrase = ['--passphrase-file', join(place.out, 'secrets', 'partner-passphrase')]
  const gpg = (...args: readonly string[]): Buffer =>
    execFileSync('gpg', [...flags, ...passphrase, ...args], { env, stdio: 'pipe' })
  try {
    gpg('--import', ...readdirSync(join(place.out, 'partner')).map((name) => join(place.out, 'partner', name)))
    const message = join(place.out, 'encrypted', 'awkward.csv.gpg')
    expect(gpg('--decrypt', message)).toEqual(readFileSync(place.path('awkward.csv')))
  } finally {
    spawnSync('gpgconf', ['--kill', 'all'], { env })
    rmSync(home, { recursive: true, force: true })
  }
})

it('explains itself', async () => {
  const { code, stdout } = await place.program('main.js', '--help')
  expect(code).toBe(0)
  for (const flag of ['--fields', '--context', '--out', '--check']) expect(stdout).toContain(flag)
})
