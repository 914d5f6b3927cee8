import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { inspectMessage } from '@parasol/backend-gpg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runHere } from './in-process.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const folder = mkdtempSync(join(tmpdir(), 'parasol-sop-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)
const hasSqop = spawnSync('sqop', ['version']).status === 0
const TEXT = '身份证 13800138000\n- dashes\n'
const PASSWORD = '密码 correct'
const env = { WORD: PASSWORD, WRONG: 'wrong' }

type Input = string | Uint8Array

async function sop(args: readonly string[], input: Input = ''): Promise<string> {
  const { code, stdout, stderr } = await runHere(['sop', ...args], { input, env })
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' })
  return stdout
}

async function failure(args: readonly string[], input: Input = ''): Promise<readonly [number | null, string]> {
  const { code, stdout, stderr } = await runHere(['sop', ...args], { input, env })
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^[A-Z_]+: [^\n]+\n$/)
  expect(stderr).not.toContain('13800138000')
  return [code, stderr.split(':')[0] ?? '']
}

/** Another program of the same command line. */
async function sqop(args: readonly string[], input: Input = ''): Promise<string> {
  const child = spawn('sqop', args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.stdin.end(input)
  const [stdout, stderr, code] = await Promise.all([buffer(child.stdout), buffer(child.stderr), ended])
  expect({ args, code, stderr: code === 0 ? '' : stderr.toString() }).toEqual({ args, code: 0, stderr: '' })
  return stdout.toString()
}

let files = 0
function file(content: Input): string {
  const path = at(`${++files}`)
  writeFileSync(path, content)
  return path
}

let key: string
let cert: string
let locked: string
beforeAll(async () => {
  key = file(await sop(['generate-key', 'Alice <alice@example.com>']))
  cert = file(await sop(['extract-cert'], readFileSync(key)))
  locked = file(await sop(['generate-key', '--with-key-password=@ENV:WORD', 'Bob <bob@example.com>']))
})

it('says what it is', async () => {
  expect(await sop(['version'])).toMatch(/^parasol-sop \d+\.\d+\.\d+\n$/)
  expect(await sop(['version', '--backend'])).toMatch(/^OpenPGP\.js 6/)
  expect(await sop(['version', '--extended'])).toMatch(/^parasol-sop .*\nOpenPGP\.js .*\nNode\.js v/)
  expect(await sop(['version', '--sop-spec'])).toMatch(/^~draft-dkg-openpgp-stateless-cli-\d+\n/)
  expect(await sop(['version', '--sopv'])).toBe('1.1\n')
  expect(await sop(['list-profiles', 'generate-key'])).toMatch(
    /^compatibility: .*\nrfc4880: .*\nsecurity: .*\nrfc9580: .*\n$/,
  )
  expect(await sop(['list-profiles', 'encrypt'])).toMatch(/^auto: .*\ncompatibility: .*\nrfc9580: .*\n$/)
  expect(await sop(['help'])).toContain('sop encrypt')
})

it('makes and uses keys of RFC 9580', async () => {
  const modern = file(await sop(['generate-key', '--profile=rfc9580', 'Modern <modern@example.com>']))
  const modernCert = file(await sop(['extract-cert'], readFileSync(modern)))
  for (const profile of ['default', 'rfc9580']) {
    const message = await sop(['encrypt', `--profile=${profile}`, `--sign-with=${modern}`, modernCert], TEXT)
    expect(inspectMessage(Buffer.from(message))).toMatchObject({ protection: 'SEIPD version 2' })
    const out = at(`modern-verifications-${profile}`)
    const options = [`--verify-with=${modernCert}`, `--verifications-out=${out}`]
    expect(await sop(['decrypt', ...options, modern], message)).toBe(TEXT)
    expect(readFileSync(out, 'utf8')).toMatch(/ [0-9A-F]{64} [0-9A-F]{64} mode:binary/)
  }
  const mixed = await sop(['encrypt', `--sign-with=${key}`, modernCert, cert], TEXT)
  expect(inspectMessage(Buffer.from(mixed))).toMatchObject({ protection: 'SEIPD version 1' })
  for (const reader of [modern, key]) expect(await sop(['decrypt', reader], mixed)).toBe(TEXT)
  for (const as of ['text', 'clearsigned']) {
    const signed = await sop(['inline-sign', `--as=${as}`, modern], TEXT)
    expect(await sop(['inline-verify', modernCert], signed)).toBe(TEXT)
  }
  const detached = file(await sop(['sign', modern], TEXT))
  expect(await sop(['verify', detached, modernCert], TEXT)).toMatch(/ [0-9A-F]{64} /)
})

it('encrypts, signs, decrypts and says who signed', async () => {
  const message = await sop(['encrypt', `--sign-with=${key}`, cert], TEXT)
  const out = at('verifications')
  const sessionKey = at('session-key')
  const plaintext = await sop(
    ['decrypt', `--verify-with=${cert}`, `--verifications-out=${out}`, `--session-key-out=${sessionKey}`, key],
    message,
  )
  expect(plaintext).toBe(TEXT)
  expect(readFileSync(out, 'utf8')).toMatch(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [0-9A-F]{40} [0-9A-F]{40} mode:binary \{"signers":\["[^"]+"\]\}\n$/,
  )
  expect(readFileSync(sessionKey, 'utf8')).toMatch(/^9:[0-9A-F]{64}\n$/)
  expect(await sop(['decrypt', `--with-session-key=${sessionKey}`], message)).toBe(TEXT)
})

it('takes locked keys with their passwords, and changes these', async () => {
  const message = await sop(['encrypt', file(await sop(['extract-cert'], readFileSync(locked)))], TEXT)
  expect(await sop(['decrypt', '--with-key-password=@ENV:WORD', locked], message)).toBe(TEXT)
  const change = ['change-key-password', '--old-key-password=@ENV:WORD', `--new-key-password=${file('other')}`]
  const other = file(await sop(change, readFileSync(locked)))
  expect(await sop(['decrypt', `--with-key-password=${file('other\n')}`, other], message)).toBe(TEXT)
  const open = file(await sop(['change-key-password', '--old-key-password=@ENV:WORD'], readFileSync(locked)))
  expect(await sop(['decrypt', open], message)).toBe(TEXT)
})

it('encrypts under passwords, with or without spaces at their ends', async () => {
  const message = await sop(['encrypt', '--as=text', '--with-password=@ENV:WORD'], TEXT)
  expect(await sop(['decrypt', `--with-password=${file(`${PASSWORD} \n`)}`], message)).toBe(TEXT)
})

it('signs beside, within and around', async () => {
  const micalg = at('micalg')
  const signature = file(await sop(['sign', `--micalg-out=${micalg}`, '--as=text', key], TEXT))
  expect(readFileSync(micalg, 'utf8')).toBe('pgp-sha512')
  expect(await sop(['verify', signature, cert], TEXT)).toContain('mode:text')
  for (const as of ['binary', 'text', 'clearsigned']) {
    const message = await sop(['inline-sign', `--as=${as}`, key], TEXT)
    const out = at(`verified-${as}`)
    expect((await sop(['inline-verify', `--verifications-out=${out}`, cert], message)).trimEnd()).toBe(TEXT.trimEnd())
    const signatures = at(`detached-${as}`)
    const data = await sop(['inline-detach', `--signatures-out=${signatures}`], message)
    expect(await sop(['verify', signatures, cert], data)).toMatch(/^\d{4}/)
  }
})

it('counts signatures between two moments only', async () => {
  const signature = file(await sop(['sign', key], TEXT))
  expect(await sop(['verify', '--not-before=-', '--not-after=now', signature, cert], TEXT)).toMatch(/^\d{4}/)
  expect(await failure(['verify', '--not-before=2100-01-01', signature, cert], TEXT)).toEqual([3, 'NO_SIGNATURE'])
  expect(await failure(['verify', '--not-after=2001-01-01T00:00:00Z', signature, cert], TEXT)).toEqual([
    3,
    'NO_SIGNATURE',
  ])
})

it('armors and takes armor off, as often as it is asked', async () => {
  const armored = readFileSync(cert)
  expect(await sop(['armor'], armored)).toBe(armored.toString())
  expect(await sop(['armor'], await binary(['dearmor'], armored))).toBe(armored.toString().replaceAll('\r\n', '\n'))
})

it('revokes a key, and merges what it learns into the others', async () => {
  const revoked = file(await sop(['revoke-key'], readFileSync(key)))
  expect(await failure(['encrypt', revoked], TEXT)).toEqual([17, 'CERT_CANNOT_ENCRYPT'])
  const merged = file(await sop(['merge-certs', revoked], readFileSync(cert)))
  expect(await failure(['encrypt', merged], TEXT)).toEqual([17, 'CERT_CANNOT_ENCRYPT'])
  const updated = file(await sop(['update-key', `--merge-certs=${revoked}`], readFileSync(key)))
  expect(await failure(['sign', updated], TEXT)).toEqual([79, 'KEY_CANNOT_SIGN'])
})

it('certifies user ids, and looks whether they are', async () => {
  const authority = file(await sop(['generate-key', 'CA <ca@example.com>']))
  const trusted = file(await sop(['extract-cert'], readFileSync(authority)))
  const named = ['--userid=Alice <alice@example.com>', authority]
  const certified = await sop(['certify-userid', ...named], readFileSync(cert))
  await sop(['validate-userid', 'Alice <alice@example.com>', trusted], certified)
  await sop(['validate-userid', '--addr-spec-only', 'alice@example.com', trusted], certified)
  for (const [args, input] of [
    [['validate-userid', 'Alice <alice@example.com>', trusted], readFileSync(cert)],
    [['validate-userid', 'Mallory', trusted], certified],
    [['certify-userid', '--userid=Mallory', authority], readFileSync(cert)],
  ] as const) {
    expect(await failure(args, input)).toEqual([107, 'CERT_USERID_NO_MATCH'])
  }
})

describe('ends as the draft says', () => {
  it.each<[string, () => readonly string[], number, string, Input?]>([
    ['without a subcommand that it knows', () => ['frobnicate'], 69, 'UNSUPPORTED_SUBCOMMAND'],
    ['an option that it does not know', () => ['encrypt', '--frobnicate', cert], 37, 'UNSUPPORTED_OPTION'],
    ['a word that an option does not take', () => ['sign', '--as=mime', key], 37, 'UNSUPPORTED_OPTION'],
    ['no recipient', () => ['encrypt'], 19, 'MISSING_ARG'],
    ['no key to decrypt', () => ['decrypt'], 19, 'MISSING_ARG'],
    ['no user id', () => ['generate-key'], 19, 'MISSING_ARG'],
    ['a file that is not there', () => ['encrypt', at('no')], 61, 'MISSING_INPUT'],
    ['a variable that is not there', () => ['encrypt', '--with-password=@ENV:NO'], 61, 'MISSING_INPUT'],
    ['an unknown prefix', () => ['encrypt', '@CARD:1'], 71, 'UNSUPPORTED_SPECIAL_PREFIX'],
    ['an output to a variable', () => ['sign', '--micalg-out=@ENV:X', key], 71, 'UNSUPPORTED_SPECIAL_PREFIX'],
    ['an output that exists', () => ['sign', `--micalg-out=${cert}`, key], 59, 'OUTPUT_EXISTS'],
    ['no certificate', () => ['encrypt', file('nothing')], 41, 'BAD_DATA'],
    ['no message', () => ['decrypt', key], 41, 'BAD_DATA'],
    ['no signed message', () => ['inline-verify', cert], 41, 'BAD_DATA'],
    ['no signature', () => ['verify', file('nothing'), cert], 41, 'BAD_DATA'],
    ['no armor', () => ['dearmor'], 41, 'BAD_DATA'],
    ['a locked key', () => ['sign', locked], 67, 'KEY_IS_PROTECTED'],
    ['a wrong password of a key', () => ['sign', '--with-key-password=@ENV:WRONG', locked], 67, 'KEY_IS_PROTECTED'],
    ['bytes to sign as text', () => ['sign', '--as=text', key], 53, 'EXPECTED_TEXT', Uint8Array.of(0xff, 0xfe)],
    [
      'bytes for a password',
      () => ['encrypt', `--with-password=${file(Uint8Array.of(0xff))}`],
      31,
      'PASSWORD_NOT_HUMAN_READABLE',
    ],
    ['half of a verification', () => ['decrypt', `--verify-with=${cert}`, key], 23, 'INCOMPLETE_VERIFICATION'],
    [
      'clear-signing without armor',
      () => ['inline-sign', '--as=clearsigned', '--no-armor', key],
      83,
      'INCOMPATIBLE_OPTIONS',
    ],
    ['an unknown profile', () => ['generate-key', '--profile=x', 'A'], 89, 'UNSUPPORTED_PROFILE'],
    ['a certificate for a key', () => ['sign', cert], 79, 'KEY_CANNOT_SIGN'],
  ])('%s', async (_name, args, code, name, input = TEXT) => {
    expect(await failure(args(), input)).toEqual([code, name])
  })

  it('a message for somebody else, or one that was changed', async () => {
    const message = await sop(['encrypt', cert], TEXT)
    expect(await failure(['decrypt', '--with-key-password=@ENV:WORD', locked], message)).toEqual([29, 'CANNOT_DECRYPT'])
    const binaryMessage = await binary(['dearmor'], message)
    binaryMessage[binaryMessage.length - 1] = (binaryMessage.at(-1) ?? 0) ^ 1
    expect(await failure(['decrypt', key], binaryMessage)).toEqual([29, 'CANNOT_DECRYPT'])
    const byPassword = await sop(['encrypt', '--with-password=@ENV:WORD'], TEXT)
    expect(await failure(['decrypt', '--with-password=@ENV:WRONG'], byPassword)).toEqual([29, 'CANNOT_DECRYPT'])
  })

  it('a signature of other data, or by another', async () => {
    const signature = file(await sop(['sign', key], TEXT))
    expect(await failure(['verify', signature, cert], 'other')).toEqual([3, 'NO_SIGNATURE'])
    const other = file(await sop(['extract-cert'], readFileSync(locked)))
    expect(await failure(['verify', signature, other], TEXT)).toEqual([3, 'NO_SIGNATURE'])
  })
})

it('decrypts what is not signed by those that are asked for, and says so by an empty list', async () => {
  const message = await sop(['encrypt', cert], TEXT)
  const out = at('none')
  expect(await sop(['decrypt', `--verify-with=${cert}`, `--verifications-out=${out}`, key], message)).toBe(TEXT)
  expect(readFileSync(out, 'utf8')).toBe('')
})

it('does not take a message that was passed on for one that was written to its reader', async () => {
  const other = file(await sop(['extract-cert'], readFileSync(locked)))
  const message = await sop(['encrypt', `--sign-with=${key}`, other], TEXT)
  const sessionKey = at('forwarded')
  await sop(['decrypt', `--session-key-out=${sessionKey}`, '--with-key-password=@ENV:WORD', locked], message)
  // Whoever has no key of an intended recipient, and the session key only, is told who signed, and no more.
  const out = at('by-session-key')
  const args = [`--with-session-key=${sessionKey}`, `--verify-with=${cert}`, `--verifications-out=${out}`]
  expect(await sop(['decrypt', ...args], message)).toBe(TEXT)
  expect(readFileSync(out, 'utf8')).toMatch(/mode:binary/)
})

/** The real program, whose output is bytes and which can be given open files. */
async function binary(args: readonly string[], input: Input): Promise<Buffer> {
  const program = fileURLToPath(new URL('../bin/parasol-sop.js', import.meta.url))
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(input)
  return buffer(child.stdout)
}

it('is a program of its own, which takes open files', async () => {
  const program = fileURLToPath(new URL('../bin/parasol-sop.js', import.meta.url))
  const child = spawn(process.execPath, [program, 'encrypt', '--with-password=@FD:3'], {
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
  })
  child.stdin?.end(TEXT)
  ;(child.stdio[3] as NodeJS.WritableStream).end(PASSWORD)
  const message = await buffer(child.stdout as NodeJS.ReadableStream)
  expect(await sop(['decrypt', '--with-password=@ENV:WORD'], message)).toBe(TEXT)
})

it.skipIf(!hasSqop)('exchanges keys, messages and signatures with sqop (needs sqop)', async () => {
  const theirs = file(await sqop(['generate-key', 'Peer <peer@example.com>']))
  const theirCert = file(await sop(['extract-cert'], readFileSync(theirs)))
  const verified = at('sqop-verified')
  const decrypt = ['decrypt', `--verify-with=${theirCert}`, `--verifications-out=${verified}`, key]
  expect(await sop(decrypt, await sqop(['encrypt', '--sign-with', theirs, '--', cert], TEXT))).toBe(TEXT)
  expect(readFileSync(verified, 'utf8')).toContain('mode:')
  expect(await sqop(['decrypt', theirs], await sop(['encrypt', `--sign-with=${key}`, theirCert], TEXT))).toBe(TEXT)
  const ours = file(await sop(['sign', key], TEXT))
  expect(await sqop(['verify', ours, cert], TEXT)).toMatch(/^\d{4}/)
  expect(await sop(['verify', file(await sqop(['sign', theirs], TEXT)), theirCert], TEXT)).toMatch(/^\d{4}/)
  const clear = await sop(['inline-sign', '--as=clearsigned', key], TEXT)
  expect((await sqop(['inline-verify', cert], clear)).trimEnd()).toBe(TEXT.trimEnd())
})
