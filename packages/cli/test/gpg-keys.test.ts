import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { runHere } from './in-process.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const folder = mkdtempSync(join(tmpdir(), 'parasol-gpg-keys-'))
// Short: the sockets of gpg-agent are in there, and their names are limited.
const home = mkdtempSync('/tmp/pgk-')
afterAll(() => {
  spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
  for (const each of [folder, home]) rmSync(each, { recursive: true, force: true })
})
const hasGpg = spawnSync('gpg', ['--version']).status === 0
const withGpg = it.skipIf(!hasGpg)
const at = (name: string) => join(folder, name)
const env = { PARASOL_KEY_RING: at('ring'), WORD: 'correct horse', WRONG: 'wrong' }
const word = ['--passphrase-env', 'WORD']
const OPS = 'Ops <ops@example.com>'
const TEAM = '团队 <team@example.com>'

async function gpg(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runHere(['gpg', ...args], { env })
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' })
  return stdout
}

const json = async (...args: readonly string[]) => JSON.parse(await gpg(...args, '--json'))

async function failure(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runHere(['gpg', ...args], { env })
  expect(stdout).toBe('')
  expect(code).not.toBe(0)
  return stderr
}

function gnupg(args: readonly string[], input: string | Uint8Array = ''): string {
  const base = ['--homedir', home, '--batch', '--quiet', '--no-tty', '--pinentry-mode', 'loopback']
  return execFileSync('gpg', [...base, '--passphrase', env.WORD, '--trust-model', 'always', ...args], {
    input,
    stdio: 'pipe',
  }).toString()
}

/** What gpg makes of the key after it has imported it once more. */
async function seenByGpg(key: string): Promise<string> {
  gnupg(['--import'], await gpg('export', key))
  return gnupg(['--with-colons', '--list-keys', key])
}

async function makeKey(): Promise<string> {
  return (await json('generate', '--name', 'Ops', '--email', 'ops@example.com', ...word)).fingerprint
}

let key: string
beforeAll(async () => {
  key = await makeKey()
})

withGpg(
  'gives a key more user ids, makes one the main one and revokes one, as gpg sees it too (needs gpg)',
  async () => {
    await seenByGpg(key)
    await gpg('uid', 'add', key, TEAM, ...word)
    expect((await json('show', key)).userIds).toEqual([OPS, TEAM])
    expect(await failure('uid', 'add', key, TEAM, ...word)).toContain('already')
    expect(await failure('uid', 'add', key, 'Mallory\n', ...word)).toContain('user id')
    expect(await failure('uid', 'add', key, 'Third', '--passphrase-env', 'WRONG')).toContain('passphrase')
    expect(await seenByGpg(key)).toMatch(/^uid:-(:[^:]*){7}:团队 <team@example\.com>:/m)
    await gpg('uid', 'primary', key, TEAM, ...word)
    expect((await json('show', key)).userIds).toEqual([TEAM, OPS])
    expect((await seenByGpg(key)).match(/^uid:.*/m)?.[0]).toContain('团队')
    await gpg('uid', 'revoke', key, OPS, ...word)
    expect((await json('show', key)).userIds).toEqual([TEAM])
    expect(await seenByGpg(key)).toMatch(/^uid:r(:[^:]*){7}:Ops <ops@example\.com>:/m)
    expect(await failure('uid', 'revoke', key, TEAM, ...word)).toContain('only user id')
    expect(await failure('uid', 'revoke', key, 'Nobody', ...word)).toContain('no such user id')
    // The expiry that a key has stands in its self-signatures.
    expect((await json('show', key)).expires).toBeDefined()
    await gpg('extend', key, '--expires', '5y', ...word)
    expect(await seenByGpg(key)).toMatch(/^pub:-/m)
  },
)

withGpg('takes in user ids and subkeys that gpg added (needs gpg)', async () => {
  gnupg(['--quick-generate-key', 'Theirs', 'default', 'default', '1y'])
  await gpgImport(gnupg(['--armor', '--export-secret-keys', 'Theirs']))
  const [, theirs = ''] = /^fpr:+([0-9A-F]+):$/m.exec(gnupg(['--with-colons', '-k', 'Theirs'])) ?? []
  gnupg(['--quick-add-uid', theirs, 'Second'])
  await gpgImport(gnupg(['--armor', '--export', theirs]))
  expect((await json('show', theirs)).userIds.toSorted()).toEqual(['Second', 'Theirs'])
  gnupg(['--quick-revoke-uid', theirs, 'Second'])
  await gpgImport(gnupg(['--armor', '--export', theirs]))
  expect((await json('show', theirs)).userIds).toEqual(['Theirs'])
  await gpg('uid', 'add', theirs, 'Third', ...word)
  expect(await seenByGpg(theirs)).toContain(':Third:')
})

withGpg('adds a subkey that gpg uses (needs gpg)', async () => {
  const before = (await json('show', key)).subkeys.length
  await gpg('subkey', 'add', key, '--for', 'encrypt', ...word)
  const { subkeys } = await json('show', key)
  expect(subkeys).toHaveLength(before + 1)
  expect(await seenByGpg(key)).toContain(subkeys.at(-1).fingerprint)
  expect(await failure('subkey', 'add', key, '--for', 'certify', ...word)).toContain('--for')
})

withGpg('makes a revocation certificate that revokes nothing before it is imported (needs gpg)', async () => {
  const other = await makeKey()
  await seenByGpg(other)
  await gpg('revocation', other, '--reason', 'compromised', '--out', at('rev.asc'), ...word)
  expect((await json('show', other)).state).toBe('valid')
  gnupg(['--import', at('rev.asc')])
  expect(gnupg(['--with-colons', '--list-keys', other])).toMatch(/^pub:r:/m)
  expect(await json('import', at('rev.asc'))).toMatchObject({ updated: [other] })
  expect((await json('show', other)).state).toBe('revoked')
})

it('deletes keys, secret ones only if that is said', async () => {
  const other = await makeKey()
  await gpg('contact', 'add', 'other', other)
  expect(await failure('delete', other)).toContain('secret part')
  expect(await failure('delete', other, '--secret')).toContain('--yes')
  expect(await failure('delete', other, '--secret', '--all', '--yes')).toContain('not both')
  await gpg('delete', other, '--secret', '--yes')
  expect(existsSync(join(at('ring'), 'keys', `${other}.asc`))).toBe(false)
  expect((await json('show', other)).secret).toBe(false)
  expect(await failure('delete', other, '--secret', '--yes')).toContain('no secret key')
  expect(await json('delete', other)).toEqual({ fingerprint: other, contacts: ['other'] })
  expect(await failure('show', other)).toContain('no key')
  expect(await failure('delete', other)).toContain('no key')
  expect((await json('list')).keys.map(({ fingerprint }: { fingerprint: string }) => fingerprint)).not.toContain(other)
})

async function gpgImport(exported: string): Promise<void> {
  writeFileSync(at('import.asc'), exported)
  await gpg('import', at('import.asc'))
}
