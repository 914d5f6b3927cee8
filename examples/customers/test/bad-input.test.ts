import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Ended, Workplace } from './program.js'

// Whole programs, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

const place = new Workplace()
afterAll(() => place[Symbol.dispose]())

/** One line that says what was expected, no stack, no value, another exit code than 0. */
function expectRefusal({ code, stdout, stderr }: Ended, says: RegExp, exitCode = 1): void {
  expect(stderr).toMatch(/^error: .+\n$/)
  expect(stderr).toMatch(says)
  expect(stderr + stdout).not.toMatch(/13800138000|张三|\n\s+at |node:/)
  expect(code).toBe(exitCode)
}

const sound = 'id,name,phone\n7,张三,13800138000\n8,李四,13900139000\n'
const gbk = Buffer.concat([Buffer.from('id,name,phone\n7,ok,13800138000\n8,'), Buffer.from([0xd5, 0xc5, 0xc8, 0xfd])])
const files: readonly [name: string, content: string | Uint8Array, says: RegExp][] = [
  ['is empty', '', /is empty: expected a first line with the names of the columns/],
  ['holds a byte order mark only', '\ufeff', /is empty/],
  ['has a header and no rows', 'id,name,phone\n', /has no rows below its first line/],
  ['lacks the column', 'id,name,mobile\n7,张三,13800138000\n', /no column "phone" \(it has: "id", "name", "mobile"\)/],
  ['has no header', '7,张三,13800138000\n8,李四,13900139000\n', /no column "phone" .*looks like data/],
  ['is separated by semicolons', 'id;name;phone\n7;张三;13800138000\n', /separated by commas/],
  ['has a row that is too short', `${sound}9,王五\n`, /line 4: expected as many cells as the header has/],
  ['has a row that is too long', 'id,name,phone\n7,张三,13800138000,x\n', /line 2: expected as many cells/],
  ['has a quote that is not closed', 'id,name,phone\n7,"张三,13800138000\n', /line \d: expected a closing quote/],
  ['has text after a closing quote', 'id,name,phone\n7,"张三"x,13800138000\n', /line 2: expected a comma/],
  ['has a quote inside a cell', 'id,name,phone\n7,张"三",13800138000\n', /line 2: a quote inside a cell/],
  ['is GBK', gbk, /line 3: expected UTF-8 text/],
  ['ends within a character', Buffer.from('id,phone\n7,张').subarray(0, -1), /line 2: expected UTF-8 text/],
  ['is UTF-16', Buffer.from('id,phone\n7,13800138000\n', 'utf16le'), /line 1: expected UTF-8 text/],
  ['has two columns of one name', 'id,phone,phone\n7,1,13800138000\n', /two columns "phone": each needs a name/],
  ['has a column without a name', 'id,,phone\n7,1,13800138000\n', /column 2 has no name/],
  [
    'has a wrapped key already',
    'id,phone,kms_encrypt_key\n7,13800138000,x\n',
    /column "kms_encrypt_key": .*encrypted already/,
  ],
]

it.each(files)('refuses a file that %s', async (name, content, says) => {
  const file = place.write(`${name}.csv`, content)
  expectRefusal(await place.demo(file, '--fields', 'phone'), says)
  expect(existsSync(place.out)).toBe(false)
})

const usages: readonly [name: string, args: readonly string[], says: RegExp, exitCode: number][] = [
  ['a file that is not there', ['absent.csv', '--fields', 'phone'], /absent\.csv" does not exist/, 1],
  ['a folder in place of a file', ['.', '--fields', 'phone'], /is a folder; expected a CSV file/, 1],
  ['a context column that is not there', ['sound.csv', '--fields', 'phone', '--context', 'no'], /no column "no"/, 1],
  [
    'a context that is protected',
    ['sound.csv', '--fields', 'phone,id', '--context', 'id'],
    /"id" cannot be protected and/,
    1,
  ],
  ['a file without fields', ['sound.csv'], /Say which columns to protect.*"id", "name", "phone"/, 2],
  ['fields that name nothing', ['sound.csv', '--fields', ' , '], /--fields names no column/, 2],
  ['a flag that there is not', ['--feilds', 'phone'], /Unknown option '--feilds'/, 2],
  ['two files', ['sound.csv', 'sound.csv'], /Expected one CSV file, got 2/, 2],
  ['a file to --check', ['sound.csv', '--check'], /--check reads back what is in the working folder/, 2],
]

beforeAll(() => void place.write('sound.csv', sound))

it.each(usages)('refuses %s', async (_name, args, says, exitCode) => {
  expectRefusal(await place.demo(...args), says, exitCode)
  expect(existsSync(place.out)).toBe(false)
})

it('refuses a working folder that cannot be made', async () => {
  place.write('file', '')
  const args = ['sound.csv', '--fields', 'phone', '--out']
  expectRefusal(await place.program('main.js', ...args, 'file'), /Cannot make the folder ".*file" \(EEXIST\)/)
  expectRefusal(await place.program('main.js', ...args, 'file/out'), /Cannot make the folder ".*file\/out" \(ENOTDIR\)/)
})

it('refuses to read back where nothing was protected', async () => {
  using other = new Workplace()
  expectRefusal(await other.demo('--check'), /holds nothing to read back/)
})
