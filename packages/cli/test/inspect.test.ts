import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Workplace } from './workplace.js'

vi.setConfig({ testTimeout: 60_000 })

const SECRET = '13800138000'
const place = new Workplace()
const { folder } = place
const bound = ['-u', 'customer.scan', '-c', 'id=1']

beforeAll(async () => {
  await place.parasol(['init', '-u', 'customer.scan'])
  writeFileSync(join(folder, 'scan'), SECRET.repeat(200_000))
  writeFileSync(join(folder, 'empty'), '')
  await place.parasol(['encrypt', ...bound, '--in', 'scan', '--out', 'scan.enc'])
  writeFileSync(join(folder, 'cut.enc'), readFileSync(join(folder, 'scan.enc')))
  truncateSync(join(folder, 'cut.enc'), 70)
}, 60_000)
afterAll(() => place.remove())

it('shows what a file says of itself, for programs', async () => {
  const { code, stdout, stderr } = await place.parasol(['inspect', '--json', '--in', 'scan.enc'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const facts = JSON.parse(stdout)
  const { size } = statSync(join(folder, 'scan.enc'))
  expect(facts).toEqual({
    scheme: 'envelope',
    ciphertextBytes: size,
    suite: 'chacha20-poly1305',
    keyIds: ['alias/parasol'],
    wrappedKeyBytes: expect.any(Number),
    bodyBytes: size - facts.wrappedKeyBytes,
  })
  expect(facts.bodyBytes).toBeGreaterThan(statSync(join(folder, 'scan')).size)
})

it('shows it for people, one fact a line, and needs no configuration', async () => {
  const elsewhere = new Workplace()
  const { stdout } = await elsewhere.parasol(['inspect', '--in', join(folder, 'scan.enc')])
  elsewhere.remove()
  const names = stdout.match(/^\w+(?=: )/gm)
  expect(names).toEqual(['scheme', 'ciphertextBytes', 'suite', 'keyIds', 'wrappedKeyBytes', 'bodyBytes'])
})

it('lets the maker of a file write no control characters to a terminal', async () => {
  const forged = readFileSync(join(folder, 'scan.enc'))
  forged.write('\x1b[2J\x07', forged.indexOf('alias/parasol'))
  writeFileSync(join(folder, 'forged.enc'), forged)
  const { code, stdout } = await place.parasol(['inspect', '--in', 'forged.enc'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/keyIds: +\?\[2J\?/)
  expect(stdout).not.toMatch(/[^\P{C}\n]/u)
})

it.each([
  ['a file that is not encrypted', ['--in', 'scan'], 2, /Not an encrypted file of scheme envelope/],
  ['an empty file', ['--in', 'empty'], 2, /Not an encrypted file of scheme envelope/],
  ['a file that was cut off in its head', ['--in', 'cut.enc'], 2, /Not an encrypted file of scheme envelope/],
  ['a file that is not there', ['--in', 'no'], 7, /"no"/],
  ['a folder', ['--in', '.'], 7, /not a file/],
  ['a token and a file', ['--in', 'scan.enc', 'enc1.envelope.AAAA'], 2, /not both/],
] as const)('refuses %s', async (_name, args, code, says) => {
  const ended = await place.parasol(['inspect', ...args])
  expect(ended.stderr).toMatch(says)
  expect(ended.stderr).toMatch(/^error: [^\n]+\n$/)
  expect(ended.stderr).not.toContain(SECRET)
  expect(ended).toMatchObject({ code, stdout: '' })
})
