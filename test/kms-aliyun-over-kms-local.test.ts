import { startKmsServer } from '@parasol/kms-local'
import { testKms } from '@parasol/testing/vitest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LocalServer, startLocalServer } from './local-server.js'

testKms('AliyunKms over a socket', async () => {
  const server = await startLocalServer(['alias/one', 'alias/two'])
  const other = await startLocalServer(['alias/one'])
  return {
    kms: server.client(),
    stranger: other.client(),
    keyId: 'alias/one',
    otherKeyId: 'alias/two',
    dispose: async () => {
      await server[Symbol.asyncDispose]()
      await other[Symbol.asyncDispose]()
    },
  }
})

let local: LocalServer
beforeAll(async () => {
  local = await startLocalServer(['alias/one'])
})
afterAll(() => local[Symbol.asyncDispose]())

const text = Buffer.from('13800138000')
const context = { purpose: '客户.手机', context: 'x y+z&a=b' }

it('reads over HTTP what was encrypted in process, and the other way round', async () => {
  const remote = local.client()
  const inProcess = await local.kms.encrypt('alias/one', text, context)
  const overHttp = await remote.encrypt('alias/one', text, context)
  expect(Buffer.from(await remote.decrypt(inProcess, context))).toEqual(text)
  expect(Buffer.from(await local.kms.decrypt(overHttp, context))).toEqual(text)
  using dataKey = await remote.generateDataKey('alias/one', context)
  expect(Buffer.from(await local.kms.decrypt(dataKey.wrapped, context))).toEqual(Buffer.from(dataKey.plaintext))
})

it('takes a key by id, alias and ARN', async () => {
  const { id } = local.service.describeKey('alias/one').metadata
  const remote = local.client()
  for (const keyId of [id, 'alias/one', `acs:kms:local:0:key/${id}`, 'acs:kms:local:0:alias/one']) {
    const blob = await remote.encrypt(keyId, text, context)
    expect(Buffer.from(await remote.decrypt(blob, context))).toEqual(text)
  }
})

it.each([
  ['a wrong secret', { accessKeySecret: 'wrong' }, 'SignatureDoesNotMatch'],
  ['an unknown access key', { accessKeyId: 'LTAIunknown' }, 'InvalidAccessKeyId.NotFound'],
  ['a security token that nobody issued', { securityToken: 'token' }, 'InvalidSecurityToken.Malformed'],
])('is refused with %s', async (_name, wrong, reason) => {
  const { id, secret } = local.accessKey
  const remote = local.client({ credentials: () => ({ accessKeyId: id, accessKeySecret: secret, ...wrong }) })
  await expect(remote.encrypt('alias/one', text, context)).rejects.toThrow(
    expect.objectContaining({ code: 'UNAUTHENTICATED', reason }),
  )
})

it('tells a key that is disabled from one that does not exist', async () => {
  const key = await local.service.createKey()
  const remote = local.client()
  const blob = await remote.encrypt(key.metadata.id, text, context)
  await local.service.disableKey(key.metadata.id)
  const disabled = expect.objectContaining({ code: 'KEY_UNUSABLE', reason: 'Rejected.Disabled' })
  await expect(remote.encrypt(key.metadata.id, text, context)).rejects.toThrow(disabled)
  await expect(remote.decrypt(blob, context)).rejects.toThrow(disabled)
  await local.service.enableKey(key.metadata.id)
  expect(Buffer.from(await remote.decrypt(blob, context))).toEqual(text)
  await local.service.scheduleKeyDeletion(key.metadata.id, 7)
  await expect(remote.decrypt(blob, context)).rejects.toThrow(
    expect.objectContaining({ code: 'KEY_UNUSABLE', reason: 'Rejected.PendingDeletion' }),
  )
  await expect(remote.encrypt('alias/none', text, context)).rejects.toThrow(
    expect.objectContaining({ code: 'KEY_NOT_FOUND', reason: 'Forbidden.KeyNotFound' }),
  )
})

it('says that the KMS cannot be reached when it is down, and works again when it is back', async () => {
  await using other = await startLocalServer(['alias/one'])
  const remote = other.client({ maxAttempts: 2 })
  const blob = await remote.encrypt('alias/one', text, context)
  await other.server[Symbol.asyncDispose]()
  await expect(remote.decrypt(blob, context)).rejects.toThrow(
    expect.objectContaining({ code: 'KMS_UNAVAILABLE', retryable: true }),
  )
  await using _again = await startKmsServer({ service: other.service, port: other.server.port })
  expect(Buffer.from(await remote.decrypt(blob, context))).toEqual(text)
})
