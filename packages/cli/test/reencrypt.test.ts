import { chmodSync, readFileSync, statSync } from 'node:fs'
import { inspectEnvelope } from '@parasol/backend-envelope'
import { parseToken } from '@parasol/core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Here } from './here.js'

vi.setConfig({ testTimeout: 60_000 })

let here: Here
const plain = {
  csv: 'id,phone,note\n1,13800138000,a\n2,,b\n3,"1,2",c\n',
  ndjson: '{"id":1,"phone":13800138000}\n{"id":2,"phone":"x"}\n',
}
beforeAll(async () => {
  here = await Here.create(`old: { scheme: kms-direct, purpose: customer }
customer: { scheme: envelope, reads: [kms-direct] }
back: { scheme: kms-direct, reads: [envelope], purpose: customer }
archive: { scheme: envelope }`)
  for (const [ending, content] of Object.entries(plain)) here.write(`plain.${ending}`, content)
})
afterAll(() => here.remove())

function encryptRows(useCase: string, from: string, to: string): Promise<unknown> {
  return here.parasol(['records', 'encrypt', `./${from}`, '-F', 'phone', '-k', 'id', '-u', useCase, '-o', `./${to}`])
}

it.each(['csv', 'ndjson'] as const)(
  'moves rows of %s from scheme one to two and back, as often as it is asked',
  async (ending) => {
    const file = `rows.${ending}`
    const bound = ['-k', 'id']
    await encryptRows('old', `plain.${ending}`, file)
    chmodSync(here.path(file), 0o640)
    const before = here.read(file)
    expect(before).toMatch(/enc1\.kms-direct\./)
    for (const round of [1, 2]) {
      const moved = await here.parasol(['reencrypt', '--to', 'customer', ...bound, '-i', `./${file}`])
      expect(moved, `round ${round}`).toEqual({ code: 0, stdout: '', stderr: '' })
      expect(here.read(file)).not.toContain('kms-direct')
      expect(here.read(file)).toContain('kms_encrypt_key')
    }
    expect(statSync(here.path(file)).mode & 0o777).toBe(0o640)
    expect((await here.parasol(['records', 'decrypt', `./${file}`, ...bound, '-u', 'customer'])).stdout).toBe(
      plain[ending],
    )
    await here.parasol(['reencrypt', '--to', 'back', ...bound, '-i', `./${file}`])
    expect(here.read(file)).not.toMatch(/envelope|kms_encrypt_key/)
    expect((await here.parasol(['records', 'decrypt', `./${file}`, ...bound, '-u', 'old'])).stdout).toBe(plain[ending])
  },
)

it('moves rows, files and tokens to another use case, and knows what it has done', async () => {
  await encryptRows('customer', 'plain.csv', 'move.csv')
  here.write('scan', 'scan'.repeat(100_000))
  await here.parasol(['encrypt', '-u', 'customer', '-c', 'id=1', '-i', './scan', '-o', './scan.enc'])
  for (const round of [1, 2]) {
    const to = ['reencrypt', '--to', 'archive', '-u', 'customer']
    expect(await here.parasol([...to, '-k', 'id', '-i', './move.csv']), `rows ${round}`).toMatchObject({ code: 0 })
    const file = await here.parasol([...to, '-c', 'id=1', '-i', './scan.enc', '--json'])
    expect(file, `file ${round}`).toMatchObject({
      code: 0,
      stdout: `{"file":${JSON.stringify(here.path('scan.enc'))}}\n`,
    })
  }
  expect((await here.parasol(['records', 'decrypt', './move.csv', '-k', 'id', '-u', 'archive'])).stdout).toBe(plain.csv)
  await here.parasol(['decrypt', '-u', 'archive', '-c', 'id=1', '-i', './scan.enc', '-o', './scan.back'])
  expect(here.read('scan.back')).toBe(here.read('scan'))
  const { stdout: token } = await here.parasol(['encrypt', '-u', 'customer', '-c', 'id=1', 'x'])
  const { stdout: moved } = await here.parasol([
    'reencrypt',
    '--to',
    'archive',
    '-u',
    'customer',
    '-c',
    'id=1',
    token.trim(),
  ])
  expect((await here.parasol(['decrypt', '-u', 'archive', '-c', 'id=1', moved.trim()])).stdout).toBe('x')
})

it('renews the wrapped keys of rows and no token', async () => {
  await encryptRows('customer', 'plain.csv', 'wrap.csv')
  const before = here
    .read('wrap.csv')
    .split('\n')
    .map((line) => line.split(','))
  expect(await here.parasol(['records', 'rewrap', './wrap.csv', '-k', 'id', '-u', 'customer'])).toMatchObject({
    code: 0,
  })
  const after = here
    .read('wrap.csv')
    .split('\n')
    .map((line) => line.split(','))
  expect(after.map((cells) => cells.slice(0, -1))).toEqual(before.map((cells) => cells.slice(0, -1)))
  const keys = [before, after].map((rows) => parseToken(rows[1]?.at(-1) as string).ciphertext)
  expect(keys[0]).not.toEqual(keys[1])
  expect(keys.map((key) => inspectEnvelope(key).bodyBytes)).toEqual([0, 0])
  expect((await here.parasol(['records', 'decrypt', './wrap.csv', '-k', 'id', '-u', 'customer'])).stdout).toBe(
    plain.csv,
  )
})

it('leaves a file as it is that it cannot decrypt', async () => {
  here.write('no.enc', 'no ciphertext')
  const ended = await here.parasol(['reencrypt', '--to', 'archive', '-u', 'customer', '-c', 'id=1', '-i', './no.enc'])
  expect(ended).toMatchObject({ code: 4, stdout: '' })
  expect(here.read('no.enc')).toBe('no ciphertext')
})

it('takes no row out of a file that it changes in its place', async () => {
  const args = ['reencrypt', '--to', 'archive', '-u', 'customer', '-k', 'id', '-i', './plain.csv', '--on-error', 'skip']
  expect(await here.parasol(args)).toMatchObject({ code: 2, stderr: expect.stringContaining('--out') })
  expect(here.read('plain.csv')).toBe(plain.csv)
})

it('moves rows, files and tokens to a scheme that the use case reads, and to no other', async () => {
  const to = ['reencrypt', '--to', 'kms-direct', '-u', 'customer']
  await encryptRows('customer', 'plain.csv', 'scheme.csv')
  for (const round of [1, 2])
    expect(await here.parasol([...to, '-k', 'id', '-i', './scheme.csv']), `round ${round}`).toMatchObject({ code: 0 })
  expect(here.read('scheme.csv')).not.toMatch(/envelope|kms_encrypt_key/)
  const opened = await here.parasol(['records', 'decrypt', './scheme.csv', '-k', 'id', '-u', 'customer'])
  expect(opened.stdout).toBe(plain.csv)
  const { stdout: token } = await here.parasol(['encrypt', '-u', 'customer', '-c', 'id=1', 'x'])
  const { stdout: moved } = await here.parasol([...to, '-c', 'id=1', token.trim()])
  expect(moved).toMatch(/^enc1\.kms-direct\./)
  expect((await here.parasol(['decrypt', '-u', 'customer', '-c', 'id=1', moved.trim()])).stdout).toBe('x')
  here.write('some', 'some')
  await here.parasol(['encrypt', '-u', 'customer', '-c', 'id=1', '-i', './some', '-o', './some.enc'])
  expect(await here.parasol([...to, '-c', 'id=1', '-i', './some.enc'])).toMatchObject({ code: 0 })
  const back = await here.parasol(['decrypt', '-u', 'customer', '-c', 'id=1', '-i', './some.enc', '-o', '-'])
  expect(back).toEqual({ code: 0, stdout: 'some', stderr: '' })
  const refused = await here.parasol(['reencrypt', '--to', 'kms-direct', '-u', 'archive', '-c', 'id=1', token.trim()])
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('"reads"') })
})

it('knows of which scheme a file is that it decrypts, renews or moves', async () => {
  const use = (name: string): readonly string[] => ['-u', name, '-c', 'id=1']
  here.write('short', 'short')
  await here.parasol(['encrypt', ...use('old'), '-i', './short', '-o', './short.old'])
  await here.parasol(['encrypt', ...use('customer'), '-i', './short', '-o', './short.new'])
  for (const name of ['short.old', 'short.new']) {
    const back = await here.parasol(['decrypt', ...use('customer'), '-i', `./${name}`, '-o', './back', '--force'])
    expect(back, name).toMatchObject({ code: 0, stderr: '' })
    expect(here.read('back')).toBe('short')
    const piped = await here.parasol(['decrypt', ...use('customer'), '-i', '-', '-o', '-'], {
      input: readFileSync(here.path(name)),
    })
    expect(piped, name).toEqual({ code: 0, stdout: 'short', stderr: '' })
  }
  const move = ['reencrypt', '--to', 'customer', '-c', 'id=1', '-i', './short.old', '-i', './short.new']
  for (const round of [1, 2]) expect(await here.parasol(move), `round ${round}`).toMatchObject({ code: 0, stderr: '' })
  for (const name of ['short.old', 'short.new']) {
    expect((await here.parasol(['rewrap', ...use('customer'), '-i', `./${name}`])).code).toBe(0)
    const archive = await here.parasol([
      'decrypt',
      ...use('customer'),
      '--scheme',
      'envelope',
      '-i',
      `./${name}`,
      '-o',
      '-',
    ])
    expect(archive).toEqual({ code: 0, stdout: 'short', stderr: '' })
  }
})

it('moves files of OpenPGP, armored or not, to envelope without being told that they are', async () => {
  const generated = await here.parasol([
    'gpg',
    'generate',
    '--name',
    'Me',
    '--unprotected',
    '--ring',
    './ring',
    '--json',
  ])
  const key = JSON.parse(generated.stdout).fingerprint
  here.write(
    'parasol.gpg.yaml',
    `version: 1
kms: { main: { use: local, store: ./kms, keyFile: ./kms.key } }
schemes:
  envelope: { kms: main, keyId: alias/parasol }
  binary: { use: gpg, keyRing: ./ring, recipients: [${key}], signer: ${key} }
  armored: { use: gpg, keyRing: ./ring, recipients: [${key}], signer: ${key}, armor: true }
useCases:
  binary: { scheme: binary, purpose: file }
  armored: { scheme: armored, purpose: file }
  file: { scheme: envelope, reads: [armored, binary] }
`,
  )
  here.write('file', 'content')
  const config = ['--config', './parasol.gpg.yaml', '--without-context']
  for (const kind of ['binary', 'armored']) {
    await here.parasol(['encrypt', '-u', kind, '-i', './file', '-o', `./file.${kind}`, ...config])
  }
  const move = ['reencrypt', '--to', 'file', '-i', './file.binary', '-i', './file.armored', ...config]
  for (const round of [1, 2]) expect(await here.parasol(move), `round ${round}`).toMatchObject({ code: 0, stderr: '' })
  for (const kind of ['binary', 'armored']) {
    const decrypt = ['decrypt', '-u', 'file', '--scheme', 'envelope', '-i', `./file.${kind}`, '-o', '-', ...config]
    expect((await here.parasol(decrypt)).stdout).toBe('content')
  }
})
