import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { credentialProvider } from '@parasol/kms-aliyun'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { obtainCredentials } from '../src/credentials.js'

/** Hands out numbered credentials, as a service at a credentials URI does. */
let server: Server
let uri: string
let asked = 0
let minutes = 60
let failing = false
beforeAll(async () => {
  server = createServer((_request, response) => {
    asked++
    const Expiration = new Date(Date.now() + minutes * 60_000).toISOString().replace(/\.\d+Z/, 'Z')
    const body = {
      Code: 'Success',
      AccessKeyId: `STS.${asked}`,
      AccessKeySecret: 'secret',
      SecurityToken: 't',
      Expiration,
    }
    response.writeHead(failing ? 500 : 200).end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  asked = 0
  minutes = 60
  failing = false
})
afterEach(() => vi.unstubAllEnvs())

it('obtains temporary credentials once for callers that come together, and keeps them', async () => {
  const source = credentialProvider({ from: 'uri', uri })
  const all = await Promise.all(Array.from({ length: 20 }, () => source()))
  expect(new Set(all.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(['STS.1']))
  expect(await source()).toEqual({ accessKeyId: 'STS.1', accessKeySecret: 'secret', securityToken: 't' })
  expect(asked).toBe(1)
})

it('renews credentials that expire within a quarter of an hour, and goes on with the old ones while that fails', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const source = credentialProvider({ from: 'uri', uri })
    await source()
    vi.setSystemTime(Date.now() + 44 * 60_000)
    expect((await source()).accessKeyId).toBe('STS.1')
    vi.setSystemTime(Date.now() + 2 * 60_000)
    failing = true
    expect((await source()).accessKeyId).toBe('STS.1')
    expect(asked).toBe(2)
    failing = false
    vi.setSystemTime(Date.now() + 2 * 60_000)
    expect((await source()).accessKeyId).toBe('STS.3')
  } finally {
    vi.useRealTimers()
  }
})

it("looks where Alibaba's SDKs look", async () => {
  vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_ID', 'LTAIenv')
  vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_SECRET', 'secret')
  const source = credentialProvider({ from: 'default' })
  expect(await source()).toEqual({ accessKeyId: 'LTAIenv', accessKeySecret: 'secret' })
})

it('looks into a profile file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parasol-profile-'))
  const file = join(folder, 'credentials')
  writeFileSync(
    file,
    '[default]\nenable = true\ntype = access_key\naccess_key_id = LTAIfile\naccess_key_secret = secret\n',
  )
  vi.stubEnv('HOME', folder)
  vi.stubEnv('ALIBABA_CLOUD_CREDENTIALS_FILE', file)
  vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_ID', '')
  vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_SECRET', '')
  expect((await credentialProvider({ from: 'default' })()).accessKeyId).toBe('LTAIfile')
  rmSync(folder, { recursive: true })
})

it('repeats nothing of an answer that is refused', async () => {
  failing = true
  const error = await obtainCredentials(credentialProvider({ from: 'uri', uri })).catch((error: unknown) => error)
  expect(error).toMatchObject({ code: 'UNAUTHENTICATED', message: 'The credentials for the KMS could not be obtained' })
  expect((error as Error).cause).toBeUndefined()
})

it('says of a service that is not there that trying again may help', async () => {
  const source = credentialProvider({ from: 'uri', uri: 'http://127.0.0.1:1/' })
  const error = { code: 'KMS_UNAVAILABLE', reason: 'ECONNREFUSED', retryable: true }
  await expect(obtainCredentials(source)).rejects.toMatchObject(error)
})
