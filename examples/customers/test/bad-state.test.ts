import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Ended, ending, Workplace } from './program.js'

// Whole programs, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

const sound = 'id,name,phone\n7,张三,13800138000\n8,李四,13900139000\n'
const protect = ['sound.csv', '--fields', 'phone,name']
const original = new Workplace()

beforeAll(async () => {
  original.write('sound.csv', sound)
  expect(await original.demo(...protect)).toMatchObject({ code: 0 })
}, 60_000)
afterAll(() => original[Symbol.dispose]())

/** What a run of the demo has left, to be broken by one test. */
function copy(): Workplace {
  const place = new Workplace()
  cpSync(original.folder, place.folder, { recursive: true })
  const job = place.path('out', 'job.json')
  writeFileSync(job, readFileSync(job, 'utf8').replace(original.folder, place.folder))
  return place
}

function expectRefusal({ code, stdout, stderr }: Ended, says: RegExp, exitCode = 1): void {
  expect(stderr).toMatch(/^error: .+\n$/)
  expect(stderr).toMatch(says)
  expect(stderr + stdout).not.toMatch(/13800138000|张三|\n\s+at |node:/)
  expect(code).toBe(exitCode)
}

function changeBytes(path: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path)
  change(bytes)
  writeFileSync(path, bytes)
}

type Rows = string[][]

function changeRows(place: Workplace, scheme: string, change: (rows: Rows) => void): void {
  const path = place.path('out', 'encrypted', `sound.${scheme}.csv`)
  const rows: Rows = parse(readFileSync(path))
  change(rows)
  writeFileSync(path, stringify(rows))
}

function cellsOf(rows: Rows, row: number): string[] {
  return rows[row] ?? []
}

const stores: readonly [name: string, file: readonly string[], change: (bytes: Buffer) => void, says: RegExp][] = [
  ['another key file', ['secrets', 'kms.key'], (bytes) => bytes.fill(1), /key file/],
  ['a damaged header', ['kms', 'store.json'], (bytes) => bytes.fill('x', 4, 8), /store\.json/],
  [
    'a damaged record',
    ['kms', 'keys.log'],
    (bytes) => bytes.fill(0, bytes.length >> 1, (bytes.length >> 1) + 1),
    /damaged/,
  ],
  [
    'a passphrase that is not that of the OpenPGP key',
    ['secrets', 'gpg-passphrase'],
    (bytes) => bytes.fill('x'),
    /passphrase/i,
  ],
]

it.each(stores)('refuses %s', async (_name, file, change, says) => {
  using place = copy()
  changeBytes(place.path('out', ...file), change)
  expectRefusal(await place.demo(...protect), says)
})

it('refuses a key file of another length', async () => {
  using place = copy()
  writeFileSync(place.path('out', 'secrets', 'kms.key'), 'short')
  expectRefusal(await place.demo('--check'), /has 5 bytes instead of 32/)
})

const tokens: readonly [name: string, scheme: string, change: (rows: Rows) => void, says: RegExp][] = [
  [
    'a token of another scheme',
    'kms-direct',
    (rows) => cellsOf(rows, 1).splice(2, 1, 'enc1.envelope.AAAA'),
    /line 2: Use case "customers.values" reads kms-direct, not "envelope"/,
  ],
  ['a value that is no token', 'envelope', (rows) => cellsOf(rows, 2).splice(2, 1, 'x'), /line 3: Not a Parasol token/],
  [
    'values of another row',
    'envelope',
    (rows) => cellsOf(rows, 1).splice(1, 3, ...cellsOf(rows, 2).slice(1)),
    /line 2: Decryption failed/,
  ],
  [
    'two values of a row exchanged',
    'kms-direct',
    (rows) => cellsOf(rows, 1).splice(1, 2, ...cellsOf(rows, 1).slice(1, 3).reverse()),
    /line 2: Decryption failed/,
  ],
  ['a row that is missing', 'envelope', (rows) => rows.pop(), /fewer rows than the original/],
  ['a row too many', 'envelope', (rows) => rows.push(cellsOf(rows, 2)), /more rows than the original/],
  [
    'a cell that was not protected and is another',
    'kms-direct',
    (rows) => cellsOf(rows, 2).splice(0, 1, '9'),
    /line 3: /,
  ],
]

it.each(tokens)('finds %s when it reads back', async (_name, scheme, change, says) => {
  using place = copy()
  changeRows(place, scheme, change)
  expectRefusal(await place.demo('--check'), says)
})

it('finds a changed byte in an OpenPGP message', async () => {
  using place = copy()
  changeBytes(place.path('out', 'encrypted', 'sound.csv.gpg'), (bytes) => {
    bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1
  })
  expectRefusal(await place.demo('--check'), /sound\.csv\.gpg".*Decryption failed/)
})

it('says that the KMS cannot be reached', async () => {
  expectRefusal(await original.program('read-back.js', original.out, 'envelope'), /KMS/)
})

it('names the line of a value that a scheme does not take, and writes no half of a file', async () => {
  using place = new Workplace()
  place.write('large.csv', `id,note\n1,short\n2,${'x'.repeat(5000)}\n`)
  expectRefusal(
    await place.demo('large.csv', '--fields', 'note'),
    /line 3: Plaintext of 5000 bytes: the KMS takes at most/,
  )
  expect(readdirSync(place.path('out', 'encrypted'))).toEqual([])
})

const many = `id,phone\n${Array.from({ length: 20_000 }, (_, row) => `${row},13800138000`).join('\n')}\n`

it.each([
  ['its KMS is killed', (_demo: number, kms: number): boolean => process.kill(kms, 'SIGKILL'), /KMS/, 1],
  ['it is interrupted', (demo: number, _kms: number): boolean => process.kill(demo, 'SIGINT'), /Interrupted/, 130],
] as const)('ends cleanly when %s', async (_name, end, says, exitCode) => {
  using place = new Workplace()
  place.write('many.csv', many)
  const demo = place.start('main.js', 'many.csv', '--fields', 'phone', '--out', place.out)
  const kms = new Promise<number>((resolve) => {
    let output = ''
    demo.stdout?.on('data', (chunk) => {
      output += chunk
      if (output.includes('Protecting')) resolve(Number(/process (\d+)/.exec(output)?.[1]))
    })
  })
  const ended = ending(demo)
  const kmsId = await kms
  end(demo.pid ?? 0, kmsId)
  expectRefusal(await ended, says, exitCode)
  expect(readdirSync(place.path('out', 'encrypted'))).toEqual([])
  expect(() => process.kill(kmsId, 0)).toThrow('ESRCH')
})
