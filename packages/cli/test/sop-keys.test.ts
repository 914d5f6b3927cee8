import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runHere } from './in-process.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const folder = mkdtempSync(join(tmpdir(), 'parasol-sop-keys-'))
// Short: the sockets of gpg-agent are in there, and their names are limited.
const home = mkdtempSync('/tmp/psk-')
afterAll(() => {
  spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
  for (const each of [folder, home]) rmSync(each, { recursive: true, force: true })
})
const hasGpg = spawnSync('gpg', ['--version']).status === 0
const withGpg = it.skipIf(!hasGpg)
const env = { WORD: 'correct horse', WRONG: 'wrong' }
const ALICE = 'Alice <alice@example.com>'
const TEXT = '身份证\n'

async function sop(args: readonly string[], input: string | Uint8Array = ''): Promise<string> {
  const { code, stdout, stderr } = await runHere(['sop', ...args], { input, env })
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' })
  return stdout
}

async function failure(args: readonly string[], input: string | Uint8Array = ''): Promise<string> {
  const { code, stdout, stderr } = await runHere(['sop', ...args], { input, env })
  expect(stdout).toBe('')
  return `${code} ${stderr.split(':')[0]}`
}

let files = 0
function file(content: string | Uint8Array): string {
  const path = join(folder, `${++files}`)
  writeFileSync(path, content)
  return path
}

function gpg(args: readonly string[], input: string | Uint8Array = ''): Buffer {
  const base = ['--homedir', home, '--batch', '--quiet', '--no-tty', '--pinentry-mode', 'loopback', '--passphrase', '']
  return execFileSync('gpg', [...base, '--trust-model', 'always', ...args], { input, stdio: 'pipe' })
}

/** A key of gpg's, with whatever flags. */
function gpgKey(name: string, algorithm: string, ...flags: readonly string[]): Buffer {
  gpg([...flags, '--quick-generate-key', name, algorithm, 'default', '1y'])
  return gpg([...flags, '--export-secret-keys', name])
}

const certOf = (key: string | Uint8Array) => sop(['extract-cert'], key)

let alice: string
let bob: string
beforeAll(async () => {
  alice = await sop(['generate-key', ALICE])
  bob = await sop(['generate-key', 'Bob <bob@example.com>'])
})

describe('update-key', () => {
  it('leaves a key alone that needs nothing, without its password', async () => {
    expect(await sop(['update-key'], alice)).toBe(alice)
    const locked = await sop(['generate-key', '--with-key-password=@ENV:WORD', ALICE])
    expect(await sop(['update-key'], locked)).toBe(locked)
    const signing = await sop(['generate-key', '--signing-only', ALICE])
    expect(await sop(['update-key', '--signing-only'], signing)).toBe(signing)
    expect(await sop(['update-key', '--no-added-capabilities'], signing)).toBe(signing)
  })

  it('adds a part to encrypt to, under the password that the key has', async () => {
    const signing = await sop(['generate-key', '--signing-only', '--with-key-password=@ENV:WORD', ALICE])
    expect(await failure(['encrypt', file(await certOf(signing))], TEXT)).toBe('17 CERT_CANNOT_ENCRYPT')
    expect(await failure(['update-key'], signing)).toBe('67 KEY_IS_PROTECTED')
    expect(await failure(['update-key', '--with-key-password=@ENV:WRONG'], signing)).toBe('67 KEY_IS_PROTECTED')
    const words = ['--with-key-password=@ENV:WRONG', '--with-key-password=@ENV:WORD']
    const updated = await sop(['update-key', ...words], signing)
    const message = await sop(['encrypt', file(await certOf(updated))], TEXT)
    expect(await failure(['decrypt', file(updated)], message)).toBe('67 KEY_IS_PROTECTED')
    expect(await sop(['decrypt', '--with-key-password=@ENV:WORD', file(updated)], message)).toBe(TEXT)
  })

  it('takes in what others know, a revocation too, and refuses a key that is revoked already', async () => {
    const revoked = file(await sop(['revoke-key'], alice))
    const merged = await sop(['update-key', `--merge-certs=${revoked}`], alice)
    expect(await failure(['sign', file(merged)], TEXT)).toBe('79 KEY_CANNOT_SIGN')
    expect(await failure(['update-key'], merged)).toBe('103 PRIMARY_KEY_BAD')
  })

  withGpg('makes self-signatures again that were made with SHA-1 (needs gpg)', async () => {
    const old = gpgKey('Old <old@example.com>', 'rsa2048', '--cert-digest-algo', 'SHA1', '--allow-weak-digest-algos')
    expect(await failure(['encrypt', file(await certOf(old))], TEXT)).toBe('17 CERT_CANNOT_ENCRYPT')
    const updated = await sop(['update-key'], old)
    const cert = await certOf(updated)
    expect(await sop(['decrypt', file(updated)], await sop(['encrypt', file(cert)], TEXT))).toBe(TEXT)
    gpg(['--import'], cert)
    expect(gpg(['--list-packets'], cert).toString()).toMatch(/digest algo 10/)
  })

  withGpg('lets a key live on that has expired, and leaves its signatures valid (needs gpg)', async () => {
    const then = ['--faked-system-time', '20200101T000000']
    const old = gpgKey('Expired <expired@example.com>', 'default', ...then)
    const cert = await certOf(old)
    expect(await failure(['encrypt', file(cert)], TEXT)).toBe('17 CERT_CANNOT_ENCRYPT')
    const signed = gpg([...then, '--local-user', 'Expired', '--detach-sign'], TEXT)
    const updated = await sop(['update-key'], old)
    const fresh = await certOf(updated)
    expect(await sop(['verify', file(signed), file(fresh)], TEXT)).toContain('2020-01-01T00:0')
    expect(await sop(['decrypt', file(updated)], await sop(['encrypt', file(fresh)], TEXT))).toBe(TEXT)
    gpg(['--import'], fresh)
    gpg(['--recipient', 'Expired', '--encrypt'], TEXT)
  })

  withGpg(
    'refuses a primary key that is too weak, and revokes weak subkeys if it is asked to (needs gpg)',
    async () => {
      expect(await failure(['update-key'], gpgKey('Weak <weak@example.com>', 'rsa1024'))).toBe('103 PRIMARY_KEY_BAD')
      gpgKey('Mixed <mixed@example.com>', 'rsa2048')
      const [, fingerprint = ''] = /^fpr:+([0-9A-F]+):$/m.exec(gpg(['--with-colons', '-k', 'Mixed']).toString()) ?? []
      gpg(['--quick-add-key', fingerprint, 'rsa1024', 'encrypt', '1y'])
      const mixed = gpg(['--export-secret-keys', fingerprint])
      const updated = await sop(['update-key'], mixed)
      const message = await sop(['encrypt', file(await certOf(updated))], TEXT)
      expect(await sop(['decrypt', file(updated)], message)).toBe(TEXT)
      gpg(['--import'], await certOf(await sop(['update-key', '--revoke-deprecated-keys'], mixed)))
      const states = gpg(['--with-colons', '-k', fingerprint])
        .toString()
        .match(/^sub:.:\d+/gm)
      expect(states).toContain('sub:r:1024')
      expect(states?.some((state) => /^sub:u?-?[^r]?:(?!1024)/.test(state))).toBe(true)
    },
  )
})

describe('certify-userid', () => {
  it('certifies what the owner claims, by the primary key, and a pet name if that is allowed', async () => {
    const [trusted, cert] = [file(await certOf(alice)), await certOf(bob)]
    await sop(['validate-userid', ALICE, trusted], await certOf(alice))
    expect(await failure(['certify-userid', '--userid=Bobby', file(alice)], cert)).toBe('107 CERT_USERID_NO_MATCH')
    const named = await sop(['certify-userid', '--userid=Bobby', '--no-require-self-sig', file(alice)], cert)
    await sop(['validate-userid', 'Bobby', trusted], named)
    expect(await failure(['validate-userid', 'Bobby', file(named)], named)).toBe('107 CERT_USERID_NO_MATCH')
  })

  it('does not count what a key that is revoked says', async () => {
    const cert = await certOf(bob)
    const certified = await sop(['certify-userid', '--userid=Bob <bob@example.com>', file(alice)], cert)
    const revoked = await sop(['revoke-key'], alice)
    expect(await failure(['validate-userid', 'Bob <bob@example.com>', file(revoked)], certified)).toBe(
      '107 CERT_USERID_NO_MATCH',
    )
    const merged = await sop(['update-key', `--merge-certs=${file(revoked)}`], alice)
    expect(await failure(['certify-userid', file(merged)], cert)).toBe('109 KEY_CANNOT_CERTIFY')
  })

  withGpg('makes certifications that gpg checks, and counts those that gpg makes (needs gpg)', async () => {
    const certified = await sop(['certify-userid', file(alice)], await certOf(bob))
    gpg(['--import'], await certOf(alice))
    gpg(['--import'], certified)
    expect(gpg(['--with-colons', '--check-sigs', 'bob@example.com']).toString()).toMatch(/^sig:!.*Alice/m)
    gpgKey('CA <ca@example.com>', 'ed25519')
    gpg(['--local-user', 'CA', '--quick-sign-key', fingerprintIn(gpg(['--with-colons', '-k', 'bob@example.com']))])
    const theirs = gpg(['--export', 'bob@example.com'])
    await sop(['validate-userid', 'Bob <bob@example.com>', file(gpg(['--export', 'CA']))], theirs)
  })
})

function fingerprintIn(listing: Buffer): string {
  return /^fpr:+([0-9A-F]+):$/m.exec(listing.toString())?.[1] ?? ''
}
