import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runHere } from './in-process.js'

vi.setConfig({ testTimeout: 60_000 })

const folder = mkdtempSync(join(tmpdir(), 'parasol-gpg-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)
const SECRET = '13800138000'
const env = { MINE: 'correct horse', THEIRS: 'battery staple', SHARED: 'spoken on the phone', EMPTY: '' }
const myRing = ['--ring', at('mine')]
const theirRing = ['--ring', at('theirs')]
const myWord = ['--passphrase-env', 'MINE']
const theirWord = ['--passphrase-env', 'THEIRS']

async function gpg(args: readonly string[], input: string | Uint8Array = ''): Promise<string> {
  const { code, stdout, stderr } = await runHere(['gpg', ...args], { input, env })
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' })
  return stdout
}

async function json(args: readonly string[], input: string | Uint8Array = '') {
  return JSON.parse(await gpg([...args, '--json'], input))
}

async function failure(
  args: readonly string[],
  input: string | Uint8Array = '',
): Promise<readonly [number | null, string]> {
  const { code, stdout, stderr } = await runHere(['gpg', ...args], { input, env })
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^error: [^\n]+\n$/)
  for (const secret of [SECRET, ...Object.values(env).filter(Boolean)]) expect(stderr).not.toContain(secret)
  return [code, stderr]
}

let me: string
let they: string
beforeAll(async () => {
  me = (await json(['generate', '--name', 'Ops', '--email', 'ops@example.com', ...myRing, ...myWord])).fingerprint
  they = (await json(['generate', '--name', 'Acme', '--expires', '1y', ...theirRing, ...theirWord])).fingerprint
  await gpg(['import', ...theirRing], await gpg(['export', me, ...myRing]))
  await gpg(['export', they, ...theirRing, '--out', at('acme.asc')])
  expect(await json(['import', at('acme.asc'), ...myRing])).toMatchObject({ added: [they], skipped: [] })
  await gpg(['contact', 'add', 'me', me, ...myRing])
  await gpg(['contact', 'add', 'acme', they, ...myRing])
  await gpg(['contact', 'add', 'ops', me, ...theirRing])
  writeFileSync(at('report'), SECRET.repeat(30_000))
}, 60_000)

it('exchanges messages of RFC 9580 between modern keys, and with "auto" of gpg 2.2 with others', async () => {
  const ring = ['--ring', at('modern')]
  const { fingerprint } = await json(['generate', '--name', 'New', '--profile', 'modern', '--unprotected', ...ring])
  expect(fingerprint).toMatch(/^[0-9A-F]{64}$/)
  expect((await json(['list', ...ring])).keys).toMatchObject([{ fingerprint, abilities: ['certify', 'sign'] }])
  await gpg(['contact', 'add', 'new', fingerprint, ...ring])
  const message = await gpg(['encrypt', '--profile', 'modern', '--to', 'new', '--as', 'new', ...ring], SECRET)
  const inspected = await runHere(['inspect', '--json', '--in', put('modern.asc', message)], { env })
  expect(JSON.parse(inspected.stdout)).toMatchObject({ protection: 'SEIPD version 2', cipher: 'AES-256 in OCB' })
  expect(await gpg(['decrypt', '--from', 'new', ...ring], message)).toBe(SECRET)
  await gpg(['import', at('acme.asc'), ...ring])
  const auto = ['encrypt', '--profile', 'auto', '--to', 'new', '--to', they, '--without-signature', ...ring]
  const mixed = await gpg(auto, SECRET)
  const older = await runHere(['inspect', '--json', '--in', put('mixed.asc', mixed)], { env })
  expect(JSON.parse(older.stdout)).toMatchObject({ protection: 'SEIPD version 1', sessionKeyVersions: [3] })
  await gpg([
    'encrypt',
    '--profile',
    'modern',
    '--to',
    'new',
    '--as',
    'new',
    '--in',
    at('report'),
    '--out',
    at('report.pgp'),
    ...ring,
  ])
  await gpg(['decrypt', '--from', 'new', '--in', at('report.pgp'), '--out', at('report.again'), ...ring])
  expect(readFileSync(at('report.again')).equals(readFileSync(at('report')))).toBe(true)
})

function put(name: string, content: string): string {
  writeFileSync(at(name), content)
  return at(name)
}

it('lists and shows keys', async () => {
  const { keys } = await json(['list', ...myRing])
  expect(keys).toHaveLength(2)
  expect(keys.find((key: { fingerprint: string }) => key.fingerprint === me)).toMatchObject({
    userIds: ['Ops <ops@example.com>'],
    secret: true,
    state: 'valid',
  })
  expect((await json(['list', '--secret', ...myRing])).keys).toHaveLength(1)
  expect(await gpg(['list', ...myRing])).toContain('Ops <ops@example.com>')
  expect(await gpg(['show', they, ...myRing])).toMatch(/Acme/)
  expect(await json(['show', they, ...myRing])).toMatchObject({ fingerprint: they, secret: false })
})

it('exchanges files of any size with a contact, signed', async () => {
  const to = ['--to', 'acme', '--to', 'me', '--as', 'me']
  await gpg(['encrypt', ...to, '--in', at('report'), '--out', at('report.gpg'), ...myRing, ...myWord])
  const files = ['--in', at('report.gpg'), '--out', at('report.back')]
  await gpg(['decrypt', '--from', 'ops', ...files, ...theirRing, ...theirWord])
  expect(readFileSync(at('report.back')).equals(readFileSync(at('report')))).toBe(true)
  const [code, says] = await failure(['decrypt', '--from', 'acme', ...files, '--force', ...myRing, ...myWord])
  expect([code, says]).toEqual([4, expect.stringContaining('Decryption failed')])
})

it('exchanges text through pipes', async () => {
  const message = await gpg(['encrypt', '--to', 'acme', '--as', 'me', ...myRing, ...myWord], SECRET)
  expect(message).toMatch(/^-----BEGIN PGP MESSAGE-----/)
  expect(await gpg(['decrypt', '--from', 'ops', ...theirRing, ...theirWord], message)).toBe(SECRET)
  const { base64 } = await json(['decrypt', '--from', 'ops', ...theirRing, ...theirWord], message)
  expect(Buffer.from(base64, 'base64').toString()).toBe(SECRET)
  await gpg(['decrypt', '--unsigned', ...theirRing, ...theirWord], message)
})

it('encrypts to a password, and to a hidden contact', async () => {
  const password = ['--password-env', 'SHARED']
  const message = await gpg(['encrypt', '--without-signature', ...password, ...myRing], SECRET)
  expect(await gpg(['decrypt', '--unsigned', ...password, '--ring', at('empty')], message)).toBe(SECRET)
  const hidden = await gpg(['encrypt', '--to', 'acme', '--hidden', '--as', 'me', ...myRing, ...myWord], SECRET)
  expect(await gpg(['decrypt', '--from', 'ops', ...theirRing, ...theirWord], hidden)).toBe(SECRET)
})

it('signs beside, within and below, and verifies', async () => {
  const sign = ['sign', '--as', 'me', ...myRing, ...myWord]
  await gpg([...sign, '--in', at('report'), '--out', at('report.sig'), '--binary'])
  const files = ['--signature', at('report.sig'), '--in', at('report')]
  expect((await json(['verify', '--from', 'ops', ...files, ...theirRing])).signatures).toMatchObject([{ primary: me }])
  for (const kind of ['inline', 'clear']) {
    const message = await gpg([...sign, '--kind', kind], `${SECRET}\n`)
    expect((await gpg(['verify', '--from', 'ops', ...theirRing], message)).trimEnd()).toBe(SECRET)
    expect(await failure(['verify', '--from', 'acme', ...myRing], message)).toEqual([
      4,
      expect.stringMatching(/No valid/),
    ])
  }
  writeFileSync(at('other'), 'other')
  const changed = ['verify', '--from', 'ops', '--signature', at('report.sig'), '--in', at('other'), ...theirRing]
  expect(await failure(changed)).toEqual([4, expect.stringMatching(/No valid/)])
})

it('takes a contact with another key for an error', async () => {
  expect(await failure(['contact', 'add', 'acme', me, ...myRing])).toEqual([5, expect.stringContaining(they)])
  expect((await json(['contact', 'list', ...myRing])).contacts.acme).toEqual({ encrypt: [they], verify: [they] })
  await gpg(['contact', 'add', 'temporary', they, '--for', 'verify', ...myRing])
  expect(await failure(['encrypt', '--to', 'temporary', '--as', 'me', ...myRing, ...myWord], SECRET)).toEqual([
    5,
    expect.stringContaining('not trusted to encrypt'),
  ])
  await gpg(['contact', 'remove', 'temporary', ...myRing])
  expect(await gpg(['contact', 'list', ...myRing])).not.toContain('temporary')
})

it('says of a new key with the address of a contact that the contact keeps the other', async () => {
  const ring = ['--ring', at('rival')]
  const first = await json(['generate', '--name', 'Wang', '--email', 'wang@example.com', '--unprotected', ...ring])
  await gpg(['contact', 'add', 'wang', first.fingerprint, ...ring])
  const other = ['generate', '--name', 'W', '--email', 'Wang@Example.com', '--unprotected', '--ring', at('elsewhere')]
  const { certificate, fingerprint } = await json(other)
  const { rivals } = await json(['import', ...ring], certificate)
  expect(rivals).toEqual([{ contact: 'wang', pinned: first.fingerprint, fingerprint }])
  expect((await json(['contact', 'list', ...ring])).contacts.wang.encrypt).toEqual([first.fingerprint])
})

describe('the life of a key', () => {
  let key: string
  const ring = ['--ring', at('life')]
  beforeAll(async () => {
    key = (await json(['generate', '--name', 'Old', '--unprotected', ...ring])).fingerprint
  })
  const shown = () => json(['show', key, ...ring])

  it('extends, rotates and locks it', async () => {
    await gpg(['extend', key, '--expires', 'never', ...ring])
    expect(await shown()).not.toHaveProperty('expires')
    await gpg(['rotate', key, ...ring])
    expect((await shown()).subkeys.map(({ state }: { state: string }) => state)).toEqual([
      'revoked',
      'revoked',
      'valid',
      'valid',
    ])
    writeFileSync(at('word'), 'from a file\n')
    await gpg(['passwd', key, '--new-passphrase-file', at('word'), ...ring])
    expect(await failure(['rotate', key, ...myWord, ...ring])).toEqual([5, expect.stringMatching(/passphrase/)])
    await gpg(['extend', key, '--expires', '90d', '--passphrase-file', at('word'), ...ring])
    expect(existsSync(at(`life/revocations/${key}.rev`))).toBe(true)
  })

  it('exports it without its primary part, and revokes it', async () => {
    const subkeys = await gpg(['export', key, '--secret-subkeys', ...ring])
    await gpg(['import', '--ring', at('server')], subkeys)
    const word = ['--passphrase-file', at('word')]
    expect(await failure(['rotate', key, ...word, '--ring', at('server')])).toEqual([
      5,
      expect.stringMatching(/offline/),
    ])
    await gpg(['revoke', key, '--reason', 'retired', '--comment', 'gone', ...word, ...ring])
    expect(await shown()).toMatchObject({ state: 'revoked' })
  })
})

it.each<[string, () => readonly string[], number, RegExp]>([
  ['a new key without a passphrase', () => ['generate', '--name', 'X', ...myRing], 5, /needs a passphrase/],
  [
    'a modern message to a key that gpg 2.2 made',
    () => ['encrypt', '--profile', 'modern', '--to', 'acme', '--as', 'me', ...myRing, ...myWord],
    5,
    /RFC 9580/,
  ],
  [
    'an unknown profile',
    () => ['encrypt', '--profile', 'x', '--to', 'acme', '--as', 'me', ...myRing],
    2,
    /compat, modern, auto/,
  ],
  ['an unknown profile of a key', () => ['generate', '--name', 'X', '--profile', 'x', ...myRing], 2, /compat, modern/],
  ['an unknown algorithm', () => ['generate', '--name', 'X', '--algorithm', 'rot13', ...myRing], 2, /curve25519/],
  ['nobody to sign', () => ['encrypt', '--to', 'acme', ...myRing], 2, /--without-signature/],
  ['nobody to have signed', () => ['decrypt', ...myRing], 2, /--from NAME/],
  ['an unknown contact', () => ['encrypt', '--to', 'nobody', '--as', 'me', ...myRing, ...myWord], 5, /not known/],
  ['a short key id', () => ['show', me.slice(-16), ...myRing], 2, /full OpenPGP fingerprint/],
  [
    'a short key id of a recipient',
    () => ['encrypt', '--to', me.slice(-16), '--as', 'me', ...myRing],
    2,
    /full OpenPGP/,
  ],
  ['a key that is not there', () => ['show', 'A'.repeat(40), ...myRing], 5, /no key/],
  ['a wrong passphrase', () => ['rotate', me, ...theirWord, ...myRing], 5, /does not unlock/],
  ['two passphrases', () => ['rotate', me, ...myWord, '--passphrase-file', at('word'), ...myRing], 2, /once/],
  ['a passphrase that is not there', () => ['rotate', me, '--passphrase-env', 'NO', ...myRing], 2, /no variable/],
  ['no passphrase at all', () => ['rotate', me, ...myRing], 2, /no terminal/],
  ['what holds no keys', () => ['import', at('report'), ...myRing], 2, /No OpenPGP keys/],
  ['a file that is not there', () => ['import', at('no'), ...myRing], 7, /ENOENT/],
  ['a reason that there is not', () => ['revoke', me, '--reason', 'bored', ...myWord, ...myRing], 2, /retired/],
  ['a time that there is not', () => ['extend', me, '--expires', 'soon', ...myWord, ...myRing], 2, /2030-01-31/],
  ['an address without a public domain', () => ['wkd', 'ops@localhost', ...myRing], 2, /public domain/],
  [
    'two hidden contacts',
    () => ['encrypt', '--hidden', '--to', 'me', '--to', 'acme', '--as', 'me', ...myRing],
    3,
    /one/,
  ],
])('refuses %s', async (_name, args, code, says) => {
  expect(await failure(args(), SECRET)).toEqual([code, expect.stringMatching(says)])
})
