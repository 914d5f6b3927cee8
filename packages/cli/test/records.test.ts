import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Here } from './here.js'

vi.setConfig({ testTimeout: 60_000 })

let here: Here
const SECRET = '13800138000'
const bound = ['-k', 'id', '-u', 'customer']
beforeAll(async () => {
  here = await Here.create('customer: { scheme: envelope }\ndirect: { scheme: kms-direct }')
})
afterAll(() => here.remove())

const files = {
  'plain.csv': `id,name,phone,idCard\n1,张伟,${SECRET},11010519491231002X\n2,"Li, Na",,110105194912310038\n`,
  'odd.csv': `\ufeffid;name;phone\r\n"1";" a ""quoted"" name ";"${SECRET}"\r\n\r\n2;two\nlines;\r\n3;"two\nlines";1`,
  'lines.ndjson': `{"id":1,"phone":"${SECRET}","n":12345678901234567890}\n\n{ "id" : "2" , "phone":null }\n{"phone":"1","id":3.50}`,
  'array.json': `[ {"id":1,"phone":"${SECRET}","deep":{"a":[1,{"b":"]}"}]}},\n {"id":2},{"phone":{"home":1},"id":3}]`,
}

it.each([
  ['plain.csv', ['-F', 'phone,idCard']],
  ['odd.csv', ['-F', 'phone', '--delimiter', ';', '--on-error', 'skip']],
  ['lines.ndjson', ['-F', 'phone']],
  ['array.json', ['-F', 'phone']],
] as const)('brings %s back as it was, and shows nothing in between', async (name, flags) => {
  here.write(name, files[name])
  const odd = name === 'odd.csv'
  const delimiter = odd ? ['--delimiter', ';'] : []
  const encrypted = await here.parasol(['records', 'encrypt', `./${name}`, ...flags, ...bound, '-o', `./enc-${name}`])
  expect(encrypted).toMatchObject({ code: odd ? 8 : 0, stdout: '' })
  expect(here.read(`enc-${name}`)).not.toContain(SECRET)
  expect(here.read(`enc-${name}`)).toContain('kms_encrypt_key')
  const decrypted = await here.parasol([
    'records',
    'decrypt',
    `./enc-${name}`,
    ...delimiter,
    ...bound,
    '-o',
    `./dec-${name}`,
  ])
  expect(decrypted).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(here.read(`dec-${name}`)).toBe(expectations[name])
})

/** Blank lines go, an array gets a line an object, a cell that was encrypted gets quotes if it needs them. */
const expectations = {
  'plain.csv': files['plain.csv'],
  'odd.csv': `\ufeffid;name;phone\r\n"1";" a ""quoted"" name ";${SECRET}\r\n3;"two\nlines";1\n`,
  'lines.ndjson': `${files['lines.ndjson'].replace('\n\n', '\n')}\n`,
  'array.json': `[\n{"id":1,"phone":"${SECRET}","deep":{"a":[1,{"b":"]}"}]}},\n{"id":2},\n{"phone":{"home":1},"id":3}\n]\n`,
}

it('takes rows from a pipe and gives them to one, under a scheme without records as well', async () => {
  const flags = ['--context-columns', 'customer=id', '-c', 'table=t', '-u', 'direct']
  const input = files['plain.csv']
  const { stdout, code } = await here.parasol(['records', 'encrypt', '-F', 'phone,idCard', ...flags], { input })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^id,name,phone,idCard\n1,张伟,enc1\.kms-direct\.[\w-]+,enc1\.kms-direct\.[\w-]+\n/)
  expect((await here.parasol(['records', 'decrypt', ...flags], { input: stdout })).stdout).toBe(input)
})

it('binds each row to its columns', async () => {
  here.write('a.csv', 'id,phone\n1,111\n2,222\n')
  const { stdout } = await here.parasol(['records', 'encrypt', './a.csv', '-F', 'phone', ...bound])
  const [head, one = '', two = ''] = stdout.split('\n')
  const moved = [head, one.replace(/^1/, '2'), two, ''].join('\n')
  const { code, stderr } = await here.parasol(['records', 'decrypt', ...bound], { input: moved })
  expect(code).toBe(4)
  expect(stderr).toMatch(/^error: Row 1 \(line 2\): Decryption failed[^\n]*\n$/)
})

it('reports which rows failed and why, without their values, and says so by its exit code', async () => {
  here.write('bad.csv', `id,phone\n1,111\n,${SECRET}\n3,"x"y\n4\n5,enc1.envelope.AAAA\n6,\xff\n7,777\n`)
  here.write(
    'bad.csv',
    Buffer.from(`id,phone\n1,111\n,${SECRET}\n3,"x"y\n4\n5,enc1.envelope.AAAA\n6,\xff\n7,777\n`, 'latin1'),
  )
  const flags = [
    '-F',
    'phone',
    ...bound,
    '-o',
    './bad.enc.csv',
    '--on-error',
    'skip',
    '--report',
    './bad.ndjson',
    '--json',
  ]
  const { code, stdout, stderr } = await here.parasol(['records', 'encrypt', './bad.csv', ...flags])
  expect(code).toBe(8)
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: 'ROWS_FAILED', message: expect.stringContaining('5 of 7') },
  })
  expect(JSON.parse(stdout)).toEqual({ file: here.path('bad.enc.csv'), rows: 7, failed: 5 })
  const report = here
    .read('bad.ndjson')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(report.map(({ row, line, column, reason }) => [row, line, column, reason])).toEqual([
    [2, 3, 'id', 'noContext'],
    [3, 4, undefined, 'badQuote'],
    [4, 5, undefined, 'cellCount'],
    [5, 6, 'phone', 'alreadyEncrypted'],
    [6, 7, 'phone', 'notUtf8'],
  ])
  expect(here.read('bad.ndjson')).not.toContain(SECRET)
  expect(here.read('bad.enc.csv').trim().split('\n')).toHaveLength(3)
})

it.each([
  ['a column that there is not', ['-F', 'fone', ...bound], 2, /no column "fone"\. Did you mean "phone"/],
  ['no context', ['-F', 'phone', '-u', 'customer'], 2, /Say what the data is bound to/],
  [
    'a field that is bound too',
    ['-F', 'phone', '-k', 'customer=phone', '-u', 'customer'],
    2,
    /cannot be encrypted and bound/,
  ],
  ['a use case that there is not', ['-F', 'phone', '-k', 'id', '-u', 'custmer'], 2, /customer/],
  ['a delimiter that is a letter', ['-F', 'phone', ...bound, '--delimiter', 'x'], 2, /one character/],
  ['no workers', ['-F', 'phone', ...bound, '--workers', '0'], 2, /from 1 to 64 for --workers/],
  ['nothing at once', ['-F', 'phone', ...bound, '--at-once', '1000'], 2, /from 1 to 999 for --at-once/],
  ['a misspelt choice', ['-F', 'phone', ...bound, '--on-error', 'skp'], 2, /stop, skip/],
] as const)('refuses %s and writes nothing', async (_name, flags, code, says) => {
  here.write('plain.csv', files['plain.csv'])
  const ended = await here.parasol(['records', 'encrypt', './plain.csv', ...flags, '-o', './refused.csv'])
  expect(ended.stderr).toMatch(says)
  expect(ended.stderr).toMatch(/^error: [^\n]+\n$/)
  expect(ended).toMatchObject({ code, stdout: '' })
  expect(leftOver()).toEqual([])
})

it.each([
  ['empty', '', 'x.csv', /names the columns/],
  ['binary', 'id,phone\n\0\0', 'x.csv', /not text/],
  ['cut off', '[{"id":1,"phone":"1"},', 'x.json', /one JSON array/],
  ['no array', '{"id":1,"phone":"1"}', 'x.json', /one JSON array/],
  ['without the field', '{"id":1,"fone":"1"}\n', 'x.ndjson', /No row has a value in "phone"/],
  ['with a column twice', 'id,phone,phone\n1,2,3\n', 'x.csv', /Columns 2 and 3/],
  ['encrypted already', 'id,phone,kms_encrypt_key\n1,2,3\n', 'x.csv', /kms_encrypt_key/],
])('refuses a file that is %s', async (_name, content, file, says) => {
  here.write(file, content)
  const ended = await here.parasol(['records', 'encrypt', `./${file}`, '-F', 'phone', ...bound, '-o', './refused.csv'])
  expect(ended.stderr).toMatch(says)
  expect(ended).toMatchObject({ code: 2, stdout: '' })
  expect(leftOver()).toEqual([])
})

it('replaces no file without --force', async () => {
  here.write('plain.csv', files['plain.csv'])
  here.write('there.csv', 'mine')
  const args = ['records', 'encrypt', './plain.csv', '-F', 'phone', ...bound, '-o', './there.csv']
  expect(await here.parasol(args)).toMatchObject({ code: 7, stderr: expect.stringContaining('--force') })
  expect(here.read('there.csv')).toBe('mine')
  expect(await here.parasol([...args, '--force'])).toMatchObject({ code: 0 })
  expect(here.read('there.csv')).toContain('enc1.')
})

it.skipIf(process.platform === 'win32')('writes to no folder that others could have made', async () => {
  here.write('plain.csv', files['plain.csv'])
  const folder = here.path('.shared.csv.parasol')
  mkdirSync(folder)
  chmodSync(folder, 0o777)
  const args = ['records', 'encrypt', './plain.csv', '-F', 'phone', ...bound, '-o', './shared.csv']
  expect(await here.parasol(args)).toMatchObject({ code: 7, stderr: expect.stringContaining('others cannot enter') })
  expect(readdirSync(folder)).toEqual([])
  chmodSync(folder, 0o700)
  expect(await here.parasol(args)).toMatchObject({ code: 0 })
  expect(existsSync(folder)).toBe(false)
})

it('says that a file holds nothing to decrypt', async () => {
  here.write('plain.csv', files['plain.csv'])
  const ended = await here.parasol(['records', 'decrypt', './plain.csv', ...bound])
  expect(ended.code).toBe(2)
  expect(ended.stderr).toMatch(/No row holds a token/)
})

function leftOver(): readonly string[] {
  return readdirSync(here.folder).filter(
    (name) => name.startsWith('.') || (name === 'refused.csv' && existsSync(here.path(name))),
  )
}
