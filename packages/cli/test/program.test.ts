import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Workplace } from './workplace.js'

// Whole programs, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

const place = new Workplace()
const { folder } = place
const parasol = place.parasol.bind(place)
const SECRET = '13800138000'
const DECRYPTION_FAILED = expect.stringMatching(
  /^error: Decryption failed\. Give the use case and the context[^\n]+\n$/,
)
const bound = ['-u', 'customer.phone', '-c', 'customerId=7']

beforeAll(async () => {
  const { code, stdout } = await parasol(['init', '-u', 'customer.phone', '-u', 'customer.scan'])
  expect(code).toBe(0)
  expect(stdout).toContain('Next: parasol encrypt')
}, 60_000)
afterAll(() => place.remove())

it('does not replace a configuration', async () => {
  const before = readFileSync(join(folder, 'parasol.yaml'), 'utf8')
  const { code, stderr } = await parasol(['init'])
  expect(code).toBe(7)
  expect(stderr).toMatch(/^error: parasol.yaml is there already[^\n]*\n$/)
  expect(readFileSync(join(folder, 'parasol.yaml'), 'utf8')).toBe(before)
})

it('encrypts text to a token, and decrypts it under the same context only', async () => {
  const { stdout: token } = await parasol(['encrypt', ...bound, SECRET])
  expect(token).toMatch(/^enc1\.envelope\.[\w-]+\n$/)
  expect(await parasol(['decrypt', ...bound, token.trim()])).toEqual({ code: 0, stdout: SECRET, stderr: '' })
  const other = await parasol(['decrypt', '-u', 'customer.phone', '-c', 'customerId=8', token.trim()])
  expect(other).toEqual({ code: 4, stdout: '', stderr: DECRYPTION_FAILED })
})

it('takes text and tokens from pipes', async () => {
  const { stdout: token } = await parasol(['encrypt', ...bound], `two\nlines ${SECRET}\n`)
  expect((await parasol(['decrypt', ...bound], token)).stdout).toBe(`two\nlines ${SECRET}`)
})

it('encrypts files whole or not at all, and replaces none without --force', async () => {
  const files = ['-u', 'customer.scan', '-c', 'id=1']
  const content = Buffer.alloc(3_000_000, SECRET)
  writeFileSync(join(folder, 'scan'), content)
  expect(await parasol(['encrypt', ...files, '--in', 'scan', '--out', 'scan.enc'])).toMatchObject({
    code: 0,
    stderr: '',
  })
  expect(readFileSync(join(folder, 'scan.enc')).includes(SECRET)).toBe(false)
  expect(await parasol(['decrypt', ...files, '--in', 'scan.enc', '--out', 'copy'])).toMatchObject({
    code: 0,
    stderr: '',
  })
  expect(readFileSync(join(folder, 'copy')).equals(content)).toBe(true)
  expect(await parasol(['decrypt', ...files, '--in', 'scan.enc', '--out', 'copy'])).toMatchObject({ code: 7 })

  const damaged = readFileSync(join(folder, 'scan.enc'))
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1
  writeFileSync(join(folder, 'damaged'), damaged)
  const failed = await parasol(['decrypt', ...files, '--in', 'damaged', '--out', 'absent'])
  expect(failed).toEqual({ code: 4, stdout: '', stderr: DECRYPTION_FAILED })
  expect(existsSync(join(folder, 'absent'))).toBe(false)
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

it('shows what a token says of itself, for people and for programs', async () => {
  const { stdout: token } = await parasol(['encrypt', ...bound, SECRET])
  expect((await parasol(['inspect', token.trim()])).stdout).toMatch(/scheme: +envelope\n.*keyIds: +alias\/parasol\n/s)
  const facts = JSON.parse((await parasol(['inspect', '--json'], token)).stdout)
  expect(facts).toMatchObject({ scheme: 'envelope', suite: 'chacha20-poly1305-blake2b', keyIds: ['alias/parasol'] })
})

it('sends bytes of any length through pipes', async () => {
  const files = ['-u', 'customer.scan', '-c', 'id=1', '--in', '-', '--out']
  const content = SECRET.repeat(300_000)
  const { code } = await parasol(['encrypt', ...files, 'piped.enc'], content)
  expect(code).toBe(0)
  const piped = ['decrypt', '-u', 'customer.scan', '-c', 'id=1', '--in', 'piped.enc', '--out', '-']
  expect(await parasol(piped)).toEqual({ code: 0, stdout: content, stderr: '' })
  writeFileSync(join(folder, 'cut.enc'), readFileSync(join(folder, 'piped.enc')).subarray(0, 200_000))
  const cut = await parasol(['decrypt', ...files, 'absent'], readFileSync(join(folder, 'cut.enc')))
  expect(cut).toMatchObject({ code: 4, stdout: '' })
  expect(existsSync(join(folder, 'absent'))).toBe(false)
  expect(await parasol([...piped, '--json'])).toMatchObject({ code: 2, stdout: '' })
})

const refusals: readonly [name: string, args: readonly string[], code: number, says: RegExp][] = [
  ['a missing context', ['encrypt', '-u', 'customer.phone', SECRET], 2, /Say what the data is bound to/],
  ['a context that is no fact', ['encrypt', '-u', 'x', '-c', SECRET, 'x'], 2, /Expected --context key=value/],
  [
    'a fact that is given twice',
    ['encrypt', '-u', 'x', '-c', 'a=1', '-c', 'a=2', 'x'],
    2,
    /Context key "a" was given twice/,
  ],
  ['a use case that there is not', ['encrypt', '-u', 'customer.fone', '-c', 'a=1', SECRET], 2, /customer\.phone/],
  [
    'a configuration that is not there',
    ['encrypt', ...bound, '--config', 'no.yaml', SECRET],
    3,
    /no\.yaml" does not exist/,
  ],
  ['a value that is no token', ['decrypt', ...bound, SECRET], 2, /Not a Parasol token/],
  ['a token of another scheme', ['decrypt', ...bound, 'enc1.gpg.AAAA'], 4, /reads envelope, not "gpg"/],
  ['a file that is not there', ['encrypt', ...bound, '--in', 'no', '--out', 'x'], 7, /"no"/],
  ['one file in place of two', ['encrypt', ...bound, '--in', 'no'], 2, /--in and --out go together/],
  ['a misspelt flag', ['encrypt', ...bound, '--ot', 'x', SECRET], 2, /Unknown option "--ot"/],
  ['a misspelt command', ['encrpyt'], 2, /Unknown command "encrpyt"\. Did you mean encrypt/],
]

it.each(refusals)('refuses %s', async (_name, args, code, says) => {
  const ended = await parasol(args)
  expect(ended.stderr).toMatch(says)
  expect(ended.stderr).not.toMatch(/\n\s+at |node:/)
  expect(ended.stderr).not.toContain(SECRET)
  expect(ended).toMatchObject({ code, stdout: '' })
})

it.each([
  ['--help'],
  ['records', 'encrypt', '--help'],
  ['doctor', '--help'],
  ['reencrypt', '--help'],
  ['init', '--help'],
  ['encrypt', '--help'],
  ['rewrap', '--help'],
  ['inspect', '--help'],
])('loads no library but the parser to answer %s %s %s', async (...args) => {
  const coverage = mkdtempSync(join(folder, 'coverage-'))
  expect(await parasol(args, '', { NODE_V8_COVERAGE: coverage })).toMatchObject({ code: 0 })
  const loaded = readdirSync(coverage)
    .flatMap((name) => JSON.parse(readFileSync(join(coverage, name), 'utf8')).result)
    .map(({ url }: { url: string }) => url)
    .filter((url) => url.startsWith('file:'))
  expect(loaded.length).toBeGreaterThan(5)
  expect(loaded.filter((url) => !/\/cli\/(bin|dist)\/|\/commander\//.test(url))).toEqual([])
})
