import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { runHere } from './in-process.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const folder = mkdtempSync(join(tmpdir(), 'parasol-gpg-exchange-'))
// Short: the sockets of gpg-agent are in there, and their names are limited.
const home = mkdtempSync('/tmp/pge-')
afterAll(() => {
  spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
  for (const each of [folder, home]) rmSync(each, { recursive: true, force: true })
})
const withGpg = it.skipIf(spawnSync('gpg', ['--version']).status !== 0)
const at = (name: string) => join(folder, name)
const env = { PARASOL_KEY_RING: at('ring'), SHARED: 'spoken on the phone' }
const TEXT = '身份证 13800138000\n'

async function gpg(args: readonly string[], input: string | Uint8Array = ''): Promise<string> {
  const { code, stdout, stderr } = await runHere(['gpg', ...args], { env, input })
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' })
  return stdout
}

const json = async (args: readonly string[], input: string | Uint8Array = '') =>
  JSON.parse(await gpg([...args, '--json'], input))

async function failure(args: readonly string[], input = ''): Promise<string> {
  const { code, stderr } = await runHere(['gpg', ...args], { env, input })
  expect(code).not.toBe(0)
  return stderr
}

function gnupg(args: readonly string[], input: string | Uint8Array = ''): Buffer {
  const base = ['--homedir', home, '--batch', '--quiet', '--no-tty', '--pinentry-mode', 'loopback', '--passphrase', '']
  return execFileSync('gpg', [...base, '--trust-model', 'always', ...args], { input, stdio: 'pipe' })
}

let me: string
beforeAll(async () => {
  me = (await json(['generate', '--name', 'Ops', '--email', 'ops@example.com', '--unprotected'])).fingerprint
  await gpg(['contact', 'add', 'me', me])
})

it('encrypts and decrypts what comes through pipes, whatever its length', async () => {
  const large = 'text '.repeat(100_000)
  await gpg(['encrypt', '--to', 'me', '--as', 'me', '--in', '-', '--out', at('piped.gpg')], large)
  expect(readFileSync(at('piped.gpg'))[0]).toBeGreaterThan(0x7f)
  expect(await gpg(['decrypt', '--from', 'me', '--in', at('piped.gpg'), '--out', '-'])).toBe(large)
  writeFileSync(at('plain'), large)
  const armored = await gpg(['encrypt', '--armor', '--to', 'me', '--as', 'me', '--in', at('plain'), '--out', '-'])
  expect(armored).toMatch(/^-----BEGIN PGP MESSAGE-----/)
  await gpg(['decrypt', '--from', 'me', '--in', '-', '--out', at('back')], armored)
  expect(readFileSync(at('back'), 'utf8')).toBe(large)
})

withGpg('writes text of files that gpg reads, and reads that of gpg (needs gpg)', async () => {
  gnupg(['--import'], await gpg(['export', me, '--secret']))
  writeFileSync(at('report'), TEXT)
  await gpg(['encrypt', '--armor', '--to', 'me', '--as', 'me', '--in', at('report'), '--out', at('report.asc')])
  expect(gnupg(['--decrypt', at('report.asc')]).toString()).toBe(TEXT)
  writeFileSync(
    at('theirs.asc'),
    gnupg(['--armor', '--local-user', me, '--sign', '--recipient', me, '--encrypt'], TEXT),
  )
  expect(await gpg(['decrypt', '--from', 'me', '--in', at('theirs.asc'), '--out', '-'])).toBe(TEXT)
})

it('takes the password of a message from a variable, a file or an open file, and from one of them only', async () => {
  writeFileSync(at('password'), `${env.SHARED}\n`)
  const message = await gpg(['encrypt', '--without-signature', '--password-file', at('password')], TEXT)
  for (const source of [
    ['--password-env', 'SHARED'],
    ['--password-file', at('password')],
  ]) {
    expect(await gpg(['decrypt', '--unsigned', ...source, '--ring', at('none')], message)).toBe(TEXT)
  }
  const both = ['--password-env', 'SHARED', '--password-file', at('password')]
  expect(await failure(['decrypt', '--unsigned', ...both], message)).toMatch(/once/)
  expect(await failure(['decrypt', '--unsigned', '--password', '--password-env', 'SHARED'], message)).toMatch(/once/)
  expect(await failure(['decrypt', '--unsigned', '--password-env', 'NOTHING'], message)).toMatch(/no variable/)
})

it('warns of keys that expire soon, and lists them', async () => {
  const make = ['generate', '--name', 'Soon', '--unprotected', '--expires', '9d']
  const soon = (await json(make)).fingerprint
  await gpg(['contact', 'add', 'soon', soon])
  const { code, stderr } = await runHere(['gpg', 'encrypt', '--to', 'soon', '--as', 'me'], { env, input: TEXT })
  expect(code).toBe(0)
  expect(stderr).toMatch(new RegExp(`^warning: The key ${soon} \\(Soon\\) expires on \\d{4}-\\d\\d-\\d\\d\\n$`))
  const listed = async (...args: readonly string[]) =>
    (await json(['list', ...args])).keys.map(({ fingerprint }: { fingerprint: string }) => fingerprint)
  expect(await listed('--expiring', '30d')).toEqual([soon])
  expect(await listed('OPS@example')).toEqual([me])
  expect(await listed(soon.replaceAll(/(.{4})/g, '$1 '))).toEqual([soon])
  expect(await listed('nobody')).toEqual([])
})

it('exports several keys at once, as text or bytes, and shows what is in a file without taking it in', async () => {
  const other = (await json(['generate', '--name', 'Other', '--unprotected'])).fingerprint
  await gpg(['export', 'me', other, '--binary', '--out', at('both.pgp')])
  expect(readFileSync(at('both.pgp'))[0]).toBeGreaterThan(0x7f)
  const shown = await json(['import', '--dry-run', at('both.pgp'), '--ring', at('empty')])
  expect(shown.keys.map(({ fingerprint }: { fingerprint: string }) => fingerprint)).toEqual([me, other].toSorted())
  expect((await json(['list', '--ring', at('empty')])).keys).toEqual([])
  const all = await gpg(['export', '--all'])
  expect((await json(['import', '--ring', at('copy')], all)).added).toContain(other)
  expect(await failure(['export'])).toMatch(/--all/)
  expect(await failure(['export', other, '--all'])).toMatch(/--all/)
})
