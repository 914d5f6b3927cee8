import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CryptoContainer } from '@parasol/core/container'
import { AliyunKms } from '@parasol/kms-aliyun'
import { type AliyunKmsSection, plugin } from '@parasol/kms-aliyun/container'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type ScriptedServer, startScriptedServer } from './scripted-server.js'

let server: ScriptedServer
let directory: string
beforeAll(async () => {
  server = await startScriptedServer({ transport: 'lean' })
  directory = mkdtempSync(join(tmpdir(), 'parasol-aliyun-'))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true })
})

const text = Buffer.from('13800138000')
const env = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAIenv',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret',
  OWN_KEY_ID: 'STS.own',
  OWN_SECRET: 'secret',
}

function open(section: object): CryptoContainer {
  const options = plugin.options.parse({ region: 'cn-test', ...section })
  return new CryptoContainer({}, [plugin.module('main', options, { directory, env })])
}

it('builds a KMS from its section, with the credentials of the environment', async () => {
  await using container = open({ endpoint: server.endpoint, protocol: 'http' })
  const kms = container.kms('main')
  expect(kms).toBeInstanceOf(AliyunKms)
  expect(Buffer.from(await kms.decrypt(await kms.encrypt('alias/one', text, {}), {}))).toEqual(text)
  expect(server.requests.at(-1)?.accessKeyId).toBe('LTAIenv')
})

it('reads named secrets, and a token file anew when it was renewed', async () => {
  const token = join(directory, 'token')
  await using container = open({
    endpoint: server.endpoint,
    protocol: 'http',
    credentials: {
      accessKeyId: { env: 'OWN_KEY_ID' },
      accessKeySecret: { env: 'OWN_SECRET' },
      securityToken: { file: 'token' },
    },
  })
  const sent: unknown[] = []
  for (const value of ['token one', 'token two']) {
    writeFileSync(token, `${value}\n`)
    await container.kms('main').encrypt('alias/one', text, {})
    const { accessKeyId, securityToken } = server.requests.at(-1) ?? expect.fail('no request')
    sent.push([accessKeyId, securityToken])
  }
  expect(sent).toEqual([
    ['STS.own', 'token one'],
    ['STS.own', 'token two'],
  ])
})

it('applies the limits of the section', async () => {
  await using container = open({ endpoint: server.endpoint, protocol: 'http', maxAttempts: 1 })
  const before = server.requests.length
  server.script(({ response }) => response.writeHead(503).end('{}'))
  await expect(container.kms('main').encrypt('alias/one', text, {})).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
  expect(server.requests.length - before).toBe(1)
})

it('names a secret that is missing, at the call', async () => {
  const missing = { accessKeyId: { env: 'NOT_SET' }, accessKeySecret: { env: 'OWN_SECRET' } }
  await using container = open({ endpoint: server.endpoint, protocol: 'http', credentials: missing })
  await expect(container.kms('main').encrypt('alias/one', text, {})).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
    message: expect.stringContaining('NOT_SET'),
  })
})

it.each([
  ['no region', { region: undefined }],
  ['a key that nobody knows', { accessKeyId: 'LTAI' }],
  ['another protocol', { protocol: 'ftp' }],
  ['a secret in the file itself', { credentials: { accessKeyId: 'LTAI', accessKeySecret: 'secret' } }],
  ['half of the credentials', { credentials: { accessKeyId: { env: 'OWN_KEY_ID' } } }],
  ['a transport that nobody knows', { transport: 'axios' }],
  ['a source of credentials that nobody knows', { credentials: { from: 'vault' } }],
  ['a role without its ARN', { credentials: { from: 'oidc', tokenFile: 'token' } }],
  ['no attempt', { maxAttempts: 0 }],
  ['too many attempts', { maxAttempts: 21 }],
  ['an attempt without time', { attemptTimeoutMs: 9 }],
  ['a call without an end', { totalTimeoutMs: 600_001 }],
  ['half a call at a time', { maxConcurrent: 0.5 }],
])('refuses a section with %s', (_name, wrong) => {
  expect(plugin.options.safeParse({ region: 'cn-test', ...wrong }).success).toBe(false)
})

it.each([
  { from: 'default' },
  { from: 'ecs-ram-role', roleName: 'app' },
  { from: 'ram-role', accessKeyId: { env: 'A' }, accessKeySecret: { env: 'B' }, roleArn: 'acs:ram::1:role/app' },
  { from: 'oidc', oidcProviderArn: 'acs:ram::1:oidc-provider/k8s', tokenFile: 'token', roleArn: 'acs:ram::1:role/app' },
  { from: 'uri', uri: 'http://127.0.0.1:8080/credentials' },
])('takes temporary credentials %j', (credentials) => {
  const section = { region: 'cn-test', credentials }
  expect(plugin.options.parse(section)).toEqual(section)
})

it('obtains the temporary credentials that its section names', async () => {
  vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_ID', 'LTAIchain')
  vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_SECRET', 'secret')
  await using container = open({ endpoint: server.endpoint, protocol: 'http', credentials: { from: 'default' } })
  await container.kms('main').encrypt('alias/one', text, {})
  expect(server.requests.at(-1)?.accessKeyId).toBe('LTAIchain')
  vi.unstubAllEnvs()
})

it('takes every option', () => {
  const section: Required<AliyunKmsSection> = {
    region: 'cn-test',
    endpoint: 'localhost:1',
    protocol: 'http',
    transport: 'lean',
    ca: 'ca.pem',
    credentials: { accessKeyId: { env: 'A' }, accessKeySecret: { env: 'B' }, securityToken: { file: 'c' } },
    attemptTimeoutMs: 10,
    totalTimeoutMs: 10,
    maxAttempts: 1,
    maxConcurrent: 1,
    breakAfter: 3,
    breakForMs: 100,
  }
  expect(plugin.options.parse(section)).toEqual(section)
})

it('finds the certificates of a CA beside its configuration', async () => {
  await using container = open({ endpoint: server.endpoint, protocol: 'http', ca: 'none.pem' })
  await expect(container.kms('main').encrypt('alias/one', text, {})).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
    message: expect.stringContaining('/none.pem"'),
  })
})
