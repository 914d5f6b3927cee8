import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KeyStore } from '@parasol/kms-local'
import { expect, it, onTestFinished } from 'vitest'
import { isBuilt } from './processes.js'
import { scratchFolder } from './scratch.js'
import { form, signed } from './signed.js'

interface Ended {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

interface Run {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** The first line that begins with a word. */
  line(word: string): Promise<string>
}

function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Run {
  const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
  const child = spawn(process.execPath, [main, ...args], { env: { PATH: process.env['PATH'], ...environment } })
  onTestFinished(() => void child.kill('SIGKILL'))
  let [output, errors] = ['', '']
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, output, errors }))
  })
  const line = async (word: string): Promise<string> => {
    for (;;) {
      const found = output.split('\n').find((text) => text.startsWith(word))
      if (found && output.endsWith('\n')) return found
      if (child.exitCode !== null) throw new Error(`It ended: ${errors}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  return { child, ended, line }
}

async function listKeys(endpoint: string, accessKeyFile: string): Promise<{ status: number; body: object }> {
  const { accessKeyId: id, accessKeySecret: secret } = JSON.parse(readFileSync(accessKeyFile, 'utf8'))
  const body = form(signed('POST', { id, secret }, { Action: 'ListKeys' }))
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await fetch(`http://${endpoint}/`, { method: 'POST', body, headers })
  return { status: response.status, body: (await response.json()) as object }
}

const endpointOf = (line: string): string => line.split(' ')[1] ?? ''

it.skipIf(!isBuilt)('serves a new store by one command, ends cleanly and opens again (needs build)', async () => {
  const folder = scratchFolder()
  const store = join(folder, 'kms')
  const args = ['serve', store, '--key-file', join(folder, 'key'), '--port', '0', '--create-key', 'alias/app', '--log']
  const accessKeyFile = join(store, 'access-key.json')
  const secrets: string[] = []
  for (let round = 0; round < 2; round++) {
    const { child, ended, line } = run(args)
    expect(await line('access key:')).toBe(`access key: ${accessKeyFile}`)
    expect(statSync(accessKeyFile).mode & 0o777).toBe(0o600)
    secrets.push(readFileSync(accessKeyFile, 'utf8'))
    const answer = await listKeys(endpointOf(await line('endpoint:')), accessKeyFile)
    expect(answer).toMatchObject({ status: 200, body: { TotalCount: 1 } })
    child.kill('SIGTERM')
    const { code, output, errors } = await ended
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toMatch(/ ListKeys ok\n/)
    expect(output).not.toContain(JSON.parse(secrets[0] ?? '').accessKeySecret)
    expect(existsSync(join(store, 'lock'))).toBe(false)
  }
  expect(secrets[0]).toBe(secrets[1])
  const verify = ['verify', store, '--key-file', join(folder, 'key')]
  expect((await run(verify).ended).output).toBe('audit log: 2 events, none changed, moved or left out\n')
  const log = join(store, 'audit.log')
  writeFileSync(log, readFileSync(log, 'utf8').replace('ListKeys', 'ListNone'))
  const { code, errors } = await run(verify).ended
  expect(code).toBe(1)
  expect(errors).toMatch(/is broken at line 1$/m)
})

it.skipIf(!isBuilt)('makes another access key when its file is gone (needs build)', async () => {
  const folder = scratchFolder()
  const accessKeyFile = join(folder, 'access.json')
  const args = [
    'serve',
    join(folder, 'kms'),
    '--key-file',
    join(folder, 'key'),
    '--port',
    '0',
    '--access-key',
    accessKeyFile,
  ]
  for (let round = 0; round < 2; round++) {
    const { child, ended, line } = run(args)
    const answer = await listKeys(endpointOf(await line('endpoint:')), accessKeyFile)
    expect(answer.status).toBe(200)
    child.kill('SIGINT')
    await ended
    rmSync(accessKeyFile)
  }
  await using store = await KeyStore.open({ folder: join(folder, 'kms'), rootKey: { keyFile: join(folder, 'key') } })
  expect(store.accessKeyIds.length).toBe(2)
})

it.skipIf(!isBuilt)('prints how it is used (needs build)', async () => {
  const { code, output } = await run(['--help']).ended
  expect(code).toBe(0)
  expect(output).toMatch(/^Usage: parasol-kms serve STORE/)
})

it.skipIf(!isBuilt).each([
  ['no command', [], /Expected one of the commands serve, verify, grant, revoke, access/],
  ['no folder', ['serve'], /Expected one folder/],
  ['two folders', ['serve', 'a', 'b'], /Expected one folder/],
  ['an unknown option', ['serve', 'a', '--fast'], /Unknown option '--fast'/],
  ['no root key', ['serve', 'a'], /--key-file FILE, or a passphrase in PARASOL_KMS_PASSPHRASE/],
  ['a port that is none', ['serve', 'a', '--key-file', 'k', '--port', '99999'], /0 to 65535/],
  ['an alias that is none', ['serve', 'a', '--key-file', 'k', '--create-key', 'app'], /such as alias\/app/],
])('refuses a command line with %s (needs build)', async (_name, args, message) => {
  const { code, output, errors } = await run(args).ended
  expect({ code, output }).toEqual({ code: 2, output: '' })
  expect(errors).toMatch(message)
  expect(errors).not.toMatch(/\n\s+at /)
  expect(existsSync('a')).toBe(false)
})

it.skipIf(!isBuilt)('says in one line why it cannot serve (needs build)', async () => {
  const folder = scratchFolder()
  const base = ['serve', join(folder, 'kms'), '--key-file', join(folder, 'key'), '--port', '0']
  const first = run(base)
  const [, port = ''] = endpointOf(await first.line('endpoint:')).split(':')
  const failures = [
    [run(base), /is open in process \d+/],
    [run(['serve', join(folder, 'other'), '--key-file', join(folder, 'other.key'), '--port', port]), /EADDRINUSE/],
    [run(['serve', join(folder, 'third'), '--key-file', join(folder, 'third.key'), '--host', '0.0.0.0']), /loopback/],
    [
      run(['serve', join(folder, 'key'), '--key-file', join(folder, 'key')]),
      /store's folder .* cannot be made \(EEXIST\)/,
    ],
  ] as const
  for (const [{ ended }, message] of failures) {
    const { code, errors } = await ended
    expect(code).toBe(1)
    expect(errors).toMatch(message)
    expect(errors.trim().split('\n').length).toBe(1)
  }
  first.child.kill('SIGTERM')
  expect((await first.ended).code).toBe(0)
  const passphrase = { PARASOL_KMS_PASSPHRASE: 'a passphrase' }
  const { code, errors } = await run(['serve', join(folder, 'kms'), '--port', '0'], passphrase).ended
  expect({ code, errors }).toEqual({
    code: 1,
    errors: 'error: This store is opened by a key file, not by a passphrase\n',
  })
})

it.skipIf(!isBuilt)(
  'grants an access key what a policy says, and nothing by a policy that is none (needs build)',
  async () => {
    const folder = scratchFolder()
    const store = ['--key-file', join(folder, 'key')]
    const granted = join(folder, 'reader.json')
    const grant = (policy: string) =>
      run(['grant', join(folder, 'kms'), ...store, '--policy', policy, '--access-key', granted]).ended
    expect((await grant('read-only')).errors).toMatch(/There is no store/)
    const first = run(['serve', join(folder, 'kms'), ...store, '--port', '0'])
    await first.line('access key:')
    first.child.kill('SIGTERM')
    await first.ended
    writeFileSync(join(folder, 'policy.json'), '{"Version":"1","Statement":[]}')
    expect((await grant(join(folder, 'policy.json'))).errors).toMatch(/^error: A policy is /)
    expect(existsSync(granted)).toBe(false)
    expect((await grant('read-only')).code).toBe(0)
    expect((await grant('read-only')).errors).toMatch(/already exists/)
    const { child, ended, line } = run(['serve', join(folder, 'kms'), ...store, '--port', '0'])
    expect((await listKeys(endpointOf(await line('endpoint:')), granted)).status).toBe(200)
    child.kill('SIGTERM')
    await ended
  },
)

it.skipIf(!isBuilt)('makes users and roles, lists them, and takes them away (needs build)', async () => {
  const folder = scratchFolder()
  const at = [join(folder, 'kms'), '--key-file', join(folder, 'key')]
  const first = run(['serve', ...at, '--port', '0'])
  await first.line('access key:')
  first.child.kill('SIGTERM')
  await first.ended
  const file = join(folder, 'alice.json')
  const commands = [
    ['grant', ...at, '--user', 'alice', '--policy', 'assume-role', '--policy', 'read-only', '--access-key', file],
    ['grant', ...at, '--role', 'payments', '--policy', 'crypto-user', '--trust', 'alice'],
    ['revoke', ...at, '--role', 'none'],
    ['revoke', ...at, '--role', 'payments'],
    ['access', ...at],
  ]
  const results = []
  for (const command of commands) results.push(await run(command).ended)
  expect(results.map(({ code }) => code)).toEqual([0, 0, 1, 0, 0])
  expect(results[2]?.errors).toBe('error: The role does not exist.\n')
  const { accessKeyId } = JSON.parse(readFileSync(file, 'utf8'))
  expect(results[4]?.output).toContain(`access key ${accessKeyId}`)
  expect(results[4]?.output).toContain('user acs:ram::0:user/alice: AliyunSTSAssumeRoleAccess, AliyunKMSReadOnlyAccess')
  expect(results[4]?.output).not.toContain('payments')
})
