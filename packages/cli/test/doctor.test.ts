import { chmodSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LocalKms, startKmsServer } from '@parasol/kms-local'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { findPlaintext } from '../src/doctor/find-plaintext.js'
import { Here } from './here.js'

vi.setConfig({ testTimeout: 60_000 })

let here: Here
beforeAll(async () => {
  here = await Here.create('customer: { scheme: envelope }\ndirect: { scheme: kms-direct }')
  chmodSync(here.path('parasol.yaml'), 0o644)
})
afterAll(() => here.remove())

async function checks(args: readonly string[] = []) {
  const { code, stdout } = await here.parasol(['doctor', '--json', ...args])
  const { checks, places } = JSON.parse(stdout) as { checks: Record<string, string>[]; places: object[] }
  return { code, places, failed: checks.filter(({ state }) => state === 'failed'), checks }
}

it('finds nothing wrong where nothing is', async () => {
  const { code, failed, checks: all } = await checks()
  expect({ code, failed }).toEqual({ code: 0, failed: [] })
  expect(new Set(all.map(({ check }) => check))).toEqual(
    new Set(['node', 'configuration', 'permissions', 'clock', 'use case', 'access', 'store']),
  )
  const { stdout } = await here.parasol(['doctor'])
  expect(stdout).toMatch(/^ok {7}use case customer: encrypts and decrypts by envelope, in \d+ ms$/m)
})

it('sees a key file that others may read, and a configuration that others may write', async () => {
  chmodSync(here.path('kms.key'), 0o644)
  chmodSync(here.path('parasol.yaml'), 0o666)
  const { code, failed, checks: all } = await checks()
  chmodSync(here.path('kms.key'), 0o600)
  chmodSync(here.path('parasol.yaml'), 0o644)
  expect(code).toBe(8)
  expect(failed).toContainEqual(expect.objectContaining({ check: 'permissions', about: here.path('kms.key') }))
  expect(all).toContainEqual(expect.objectContaining({ state: 'warning', about: here.path('parasol.yaml') }))
})

it('says which key cannot be used, and that a store is held by another process', async () => {
  await using kms = new LocalKms({ folder: here.path('kms'), rootKey: { keyFile: here.path('kms.key') } })
  const service = await kms.open()
  const held = await checks()
  expect(held.failed.map(({ message }) => message).join()).toMatch(/is open in process/)
  await service.disableKey('alias/parasol')
  await kms[Symbol.asyncDispose]()
  const disabled = await checks()
  expect(disabled.code).toBe(8)
  expect(disabled.failed.map(({ check, about }) => [check, about])).toEqual([
    ['use case', 'customer'],
    ['use case', 'direct'],
    ['access', 'alias/parasol (main)'],
  ])
  expect(disabled.checks).toContainEqual(expect.objectContaining({ check: 'key', state: 'warning' }))
  await using again = new LocalKms({ folder: here.path('kms'), rootKey: { keyFile: here.path('kms.key') } })
  await (await again.open()).enableKey('alias/parasol')
})

it('says what is wrong with a configuration, and with a clock', async () => {
  here.write('bad.yaml', 'version: 1\nuseCases: { a: { scheme: no } }\n')
  expect((await checks(['--config', './bad.yaml'])).failed).toEqual([
    expect.objectContaining({ check: 'configuration', message: expect.stringContaining('no scheme "no"') }),
  ])
  const late = createServer((_request, response) => {
    response.sendDate = false
    response.writeHead(200, { date: new Date(Date.now() - 3_600_000).toUTCString() }).end()
  })
  await new Promise<void>((resolve) => late.listen(0, '127.0.0.1', resolve))
  const { port } = late.address() as AddressInfo
  const cloud = `{ use: aliyun, region: cn-hangzhou, endpoint: '127.0.0.1:${port}', protocol: http, credentials: { accessKeyId: { env: A }, accessKeySecret: { env: B } } }`
  here.write(
    'late.yaml',
    `version: 1\nkms: { main: ${cloud} }\nschemes: { envelope: { kms: main, keyId: a } }\nuseCases: { a: { scheme: envelope } }\n`,
  )
  const { failed } = await checks(['--config', './late.yaml'])
  late.close()
  expect(failed.map(({ check }) => check)).toContain('clock')
})

it('says what the KMS refuses to this access key, and which action a policy would have to allow', async () => {
  await using kms = new LocalKms({
    folder: here.path('served'),
    rootKey: { keyFile: here.path('served.key') },
    createKeys: ['alias/app'],
  })
  const service = await kms.open()
  await using server = await startKmsServer({ service })
  here.write(
    'served.yaml',
    `version: 1
kms: { main: { use: aliyun, region: cn-hangzhou, endpoint: '${server.endpoint}', protocol: http } }
schemes: { envelope: { kms: main, keyId: alias/app } }
useCases: { a: { scheme: envelope } }
`,
  )
  const accessOf = async (Action: readonly string[]): Promise<readonly (string | undefined)[][]> => {
    const policy = { Version: '1', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] } as const
    const { id, secret } = await service.createAccessKey({ policy })
    const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: id, ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret }
    const { stdout } = await here.parasol(['doctor', '--json', '--config', './served.yaml'], { env })
    const { checks } = JSON.parse(stdout) as { checks: Record<string, string>[] }
    return checks.filter(({ check }) => check === 'access').map(({ state, message }) => [state, message])
  }
  const all = 'DescribeKey, GenerateDataKey, Encrypt, Decrypt, ReEncrypt'
  expect(await accessOf(['kms:*'])).toEqual([['ok', `may be asked to ${all}`]])
  expect(await accessOf(['kms:GenerateDataKey', 'kms:Decrypt'])).toEqual([
    ['ok', 'may be asked to GenerateDataKey, Decrypt'],
    ['warning', expect.stringContaining('kms:DescribeKey')],
    ['warning', expect.stringContaining('kms:Encrypt')],
    ['warning', expect.stringContaining('kms:ReEncrypt')],
  ])
  const refused = await accessOf(['kms:Encrypt', 'kms:Describe*', 'kms:List*', 'kms:ReEncrypt*'])
  expect(refused).toEqual([['failed', expect.stringMatching(/allow kms:GenerateDataKey, kms:Decrypt$/)]])
})

it('scans files, and tells places and no values', async () => {
  const secrets = ['13800138000', '11010519491231002X', '6222020200112233446', 'hunter22']
  here.write(
    'a.csv',
    `id,phone,note,password\n1,${secrets[0]},"id ${secrets[1]}",$2b$10$x\n2,enc1.envelope.AAAA,,${secrets[3]}\n`,
  )
  here.write(
    'a.log',
    `login password=${secrets[3]}\n{"card":"${secrets[2]}","password":"enc1.x.AA"}\nprice 12345678901, id 110105194912310021\n`,
  )
  const { code, places } = await checks(['./a.csv', './a.log'])
  expect(code).toBe(8)
  expect(places).toEqual([
    { file: here.path('a.csv'), line: 2, kind: 'mobile', column: 'phone' },
    { file: here.path('a.csv'), line: 2, kind: 'idCard', column: 'note' },
    { file: here.path('a.csv'), line: 3, kind: 'password', column: 'password' },
    { file: here.path('a.log'), line: 1, kind: 'password' },
    { file: here.path('a.log'), line: 2, kind: 'bankCard' },
  ])
  const { stdout, stderr } = await here.parasol(['doctor', './a.csv', './a.log'])
  for (const secret of secrets) expect(stdout + stderr).not.toContain(secret)
  expect((await checks(['--sample', '1', './a.log'])).places).toHaveLength(1)
})

it('scans lines that are longer than memory should hold, and nothing that is no text', async () => {
  here.write('long.json', `[${'"x",'.repeat(700_000)}"13800138000"]`)
  here.write('noise', Uint8Array.of(49, 51, 56, 0, 49))
  const { code, places, checks: all } = await checks(['./long.json', './noise'])
  expect(code).toBe(8)
  expect(places).toEqual([{ file: here.path('long.json'), line: 1, kind: 'mobile' }])
  expect(all).toContainEqual(expect.objectContaining({ check: 'scan', state: 'warning', about: here.path('noise') }))
})

it('shows no value of a file without a header', async () => {
  here.write('headless.csv', '13800138000,a\n13900139000,b\n')
  const { stdout } = await here.parasol(['doctor', './headless.csv'])
  expect(stdout).toContain('line 1: a mobile number')
  expect(stdout).not.toMatch(/1[38]00138000/)
})

it.each([
  ['+86 13800138000', ['mobile']],
  ['mobile=19912345678;', ['mobile']],
  ['12800138000 138001380001', []],
  ['id 110105194912310021', []],
  ['id 11010519491231002x', ['idCard']],
  ['4111111111111111 4111111111111112', ['bankCard']],
  ['enc1.envelope.13800138000', []],
  ['ref 2024-13800138000', []],
  ['"db_password": "x"', ['password']],
  ['password: { env: X }', []],
  ['password: ""', []],
  ['passwordless: yes', []],
] as const)('finds in %j: %j', (line, kinds) => {
  expect(findPlaintext(line).map(({ kind }) => kind)).toEqual(kinds)
})

it('measures what a use case costs', async () => {
  const { code, stdout } = await here.parasol(['bench', '-u', 'customer', '--json', '--bytes', '64'])
  expect(code).toBe(0)
  const { results, ...about } = JSON.parse(stdout)
  expect(about).toEqual({ useCase: 'customer', scheme: 'envelope', bytes: 64 })
  expect(results).toHaveLength(4)
  for (const { perSecond } of results) expect(perSecond).toBeGreaterThan(0)
})
