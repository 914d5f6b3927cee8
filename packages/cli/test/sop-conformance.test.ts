import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

// What the draft demands of every `sop`, asked of other programs too: they prove that this test asks the right things.
// pgpainless-cli takes a second to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

interface Program {
  readonly command: readonly string[]
  /** Cases in which a program does something else than the draft says, and what. */
  readonly deviations?: Readonly<Record<string, string>>
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  'parasol-sop': { command: [process.execPath, fileURLToPath(new URL('../bin/parasol-sop.js', import.meta.url))] },
  sqop: {
    command: ['sqop'],
    deviations: {
      'an unknown option': '1',
      'nobody to encrypt to': '41',
      'something else than a certificate': '1',
      'something else than a message': '1',
      'something else than a signature': '1',
      'an output that exists': '59 with output',
      'a variable that is not there': '71',
      'text that is not UTF-8': '0 with output',
    },
  },
  'pgpainless-cli': {
    command: ['pgpainless-cli'],
    deviations: {
      'something else than a message': '41 with output',
      'a signature by somebody else': '41',
      'a variable that is not there': '1',
      'text that is not UTF-8': '0 with output',
    },
  },
}

const TEXT = '身份证 13800138000\n- dashes\nFrom here\n'
const env = { ...process.env, WORD: '密码 correct', WRONG: 'wrong' }
const folder = mkdtempSync(join(tmpdir(), 'parasol-sop-conformance-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function file(content: Uint8Array | string): string {
  const path = join(folder, `${++files}`)
  writeFileSync(path, content)
  return path
}

const fresh = () => join(folder, `new-${++files}`)

interface Ended {
  readonly code: number
  readonly stdout: Buffer
}

async function run({ command }: Program, args: readonly string[], input: Uint8Array | string = ''): Promise<Ended> {
  const [name = '', ...before] = command
  const child = spawn(name, [...before, ...args], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  const code = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const stdout = await buffer(child.stdout)
  return { code: await code, stdout }
}

const isThere = ({ command }: Program) => spawnSync(command[0] ?? '', [...command.slice(1), 'version']).status === 0

/** Keys and messages of one program, as files. */
interface Material {
  readonly key: string
  readonly cert: string
  readonly locked: string
  readonly other: string
  readonly message: string
  readonly signature: string
}

/** What is asked, what is given to it, and how it must end. */
type Case = readonly [name: string, code: number, args: (material: Material) => readonly string[], input?: string]

const CASES: readonly Case[] = [
  ['an unknown subcommand', 69, () => ['frobnicate']],
  ['an unknown option', 37, ({ cert }) => ['encrypt', '--frobnicate', cert]],
  ['nobody to encrypt to', 19, () => ['encrypt']],
  ['a file that is not there', 61, () => ['encrypt', join(folder, 'no')]],
  ['something else than a certificate', 41, () => ['encrypt', file('nothing')]],
  ['something else than a message', 41, ({ key }) => ['decrypt', key]],
  ['something else than a signature', 41, ({ cert }) => ['verify', file('nothing'), cert]],
  ['a message for somebody else', 29, ({ other }) => ['decrypt', other], 'message'],
  ['a signature of other data', 3, ({ signature, cert }) => ['verify', signature, cert], 'other'],
  ['a signature by somebody else', 3, ({ signature, other }) => ['verify', signature, other]],
  ['a locked key without a password', 67, ({ locked }) => ['sign', locked]],
  ['a wrong password of a key', 67, ({ locked }) => ['sign', '--with-key-password=@ENV:WRONG', locked]],
  ['an output that exists', 59, ({ cert, key }) => ['sign', `--micalg-out=${cert}`, key]],
  ['a variable that is not there', 61, () => ['encrypt', '--with-password=@ENV:NO']],
  ['verifications without certificates', 23, ({ key }) => ['decrypt', `--verify-out=${fresh()}`, key], 'message'],
  ['text that is not UTF-8', 53, ({ key }) => ['sign', '--as=text', key], 'bytes'],
]

describe.each(Object.entries(PROGRAMS))('%s', (name, program) => {
  const withProgram = it.skipIf(!isThere(program))
  let material: Material
  const inputs: Record<string, Uint8Array | string> = { bytes: Uint8Array.of(0xff, 0xfe), other: 'other' }

  async function sop(args: readonly string[], input: Uint8Array | string = TEXT): Promise<Buffer> {
    const { code, stdout } = await run(program, args, input)
    expect({ args, code }).toEqual({ args, code: 0 })
    return stdout
  }

  beforeAll(async () => {
    if (!isThere(program)) return
    const key = await sop(['generate-key', 'Alice <alice@example.com>'], '')
    const cert = file(await sop(['extract-cert'], key))
    const message = await sop(['encrypt', cert])
    inputs['message'] = message
    material = {
      key: file(key),
      cert,
      locked: file(await sop(['generate-key', '--with-key-password=@ENV:WORD', 'Bob <bob@example.com>'], '')),
      other: file(await sop(['generate-key', 'Mallory <mallory@example.com>'], '')),
      message: file(message),
      signature: file(await sop(['sign', file(key)])),
    }
  })

  withProgram(`encrypts, signs and verifies (needs ${name})`, async () => {
    const { key, cert, locked, signature } = material
    const verified = fresh()
    const message = await sop(['encrypt', `--sign-with=${key}`, cert])
    const read = ['decrypt', `--verify-with=${cert}`, `--verify-out=${verified}`, key]
    expect((await sop(read, message)).toString()).toBe(TEXT)
    const line = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64})( .*)?\n$/i
    expect(readFileSync(verified, 'utf8')).toMatch(line)
    expect((await sop(['verify', signature, cert])).toString()).toMatch(line)
    const signed = await sop(['inline-sign', '--as=clearsigned', '--with-key-password=@ENV:WORD', locked])
    expect(signed.toString()).toContain('\n- - dashes\n')
    const lockedCert = file(await sop(['extract-cert'], readFileSync(locked)))
    expect((await sop(['inline-verify', lockedCert], signed)).toString().trimEnd()).toBe(TEXT.trimEnd())
  })

  withProgram(`takes armor off and puts it on again, and session keys out and in (needs ${name})`, async () => {
    const { key, message } = material
    const sessionKey = fresh()
    const binary = await sop(['dearmor'], readFileSync(message))
    expect(binary[0]).toBeGreaterThan(0x7f)
    expect((await sop(['armor'], binary)).toString()).toMatch(/^-----BEGIN PGP MESSAGE-----/)
    await sop(['decrypt', `--session-key-out=${sessionKey}`, key], binary)
    expect(readFileSync(sessionKey, 'utf8')).toMatch(/^\d+:[0-9A-Fa-f]{32,64}\s*$/)
    expect((await sop(['decrypt', `--with-session-key=${sessionKey}`], binary)).toString()).toBe(TEXT)
  })

  withProgram(`gives out nothing when it fails, and ends as the draft says (needs ${name})`, async () => {
    const ended: Record<string, string> = {}
    for (const [what, code, args, input = ''] of CASES) {
      const result = await run(program, args(material), inputs[input] ?? TEXT)
      const outcome = `${result.code}${result.stdout.length > 0 ? ' with output' : ''}`
      if (outcome !== String(code)) ended[what] = outcome
    }
    expect(ended).toEqual(program.deviations ?? {})
    expect(existsSync(join(folder, 'no'))).toBe(false)
  })
})
