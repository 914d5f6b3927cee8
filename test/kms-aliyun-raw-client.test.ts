import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LocalServer, startLocalServer } from './local-server.js'

// Alibaba's client as it comes, without our package in between: the local KMS must be a KMS to it.
const require = createRequire(new URL('../packages/kms-aliyun/package.json', import.meta.url))
const library = require('@alicloud/kms20160120')
const { Config } = require('@alicloud/rpc-client')

type Answer = Readonly<Record<string, string>>

let local: LocalServer
let client: Readonly<Record<string, (request: object) => Promise<Answer>>>
beforeAll(async () => {
  local = await startLocalServer(['alias/one', 'alias/two'])
  const { id: accessKeyId, secret: accessKeySecret } = local.accessKey
  const { endpoint } = local.server
  const config = { accessKeyId, accessKeySecret, endpoint, protocol: 'http', regionId: 'local' }
  client = new library.default(new Config(config))
})
afterAll(() => local[Symbol.asyncDispose]())

/** Calls an operation, such as `Encrypt`, with a request of its own class. */
async function call(operation: string, fields: object = {}): Promise<Answer> {
  const name = `${operation[0]?.toLowerCase()}${operation.slice(1)}`
  const Request = library[`${operation}Request`]
  const answer = await (Request ? client[name]?.(new Request(fields)) : client[name]?.({}))
  return answer ?? expect.fail(`the client has no ${operation}`)
}

const plaintext = Buffer.from('13800138000').toString('base64')
const encryptionContext = JSON.stringify({ purpose: "客户.手机 ~!*()'", sign: 'a+b&c=d%20' })
const keyIdOf = (alias: string): string => local.service.describeKey(alias).metadata.id

it('encrypts and decrypts, with every parameter in the URL', async () => {
  const encrypted = await call('Encrypt', { keyId: 'alias/one', plaintext, encryptionContext })
  expect(encrypted).toMatchObject({ keyId: keyIdOf('alias/one'), requestId: expect.stringMatching(/^[\w-]{36}$/) })
  const { ciphertextBlob } = encrypted
  const decrypted = await call('Decrypt', { ciphertextBlob, encryptionContext })
  expect(decrypted).toMatchObject({ plaintext, keyId: encrypted['keyId'], keyVersionId: encrypted['keyVersionId'] })
})

it('refuses a ciphertext under another context', async () => {
  const { ciphertextBlob } = await call('Encrypt', { keyId: 'alias/one', plaintext, encryptionContext })
  for (const wrong of [{ ciphertextBlob }, { ciphertextBlob, encryptionContext: '{"row":"7"}' }]) {
    await expect(call('Decrypt', wrong)).rejects.toMatchObject({ code: 'InvalidParameterError' })
  }
})

it('refuses a context that was given as an object, which the client spreads over several parameters', async () => {
  const request = { keyId: 'alias/one', plaintext, encryptionContext: { row: '7' } }
  await expect(call('Encrypt', request)).rejects.toMatchObject({ code: 'InvalidParameterError' })
})

it.each([
  [{}, 32],
  [{ keySpec: 'AES_256' }, 32],
  [{ keySpec: 'AES_128' }, 16],
  [{ numberOfBytes: 1024 }, 1024],
  [{ keySpec: 'AES_256', numberOfBytes: 1 }, 1],
])('generates a data key for %j that Decrypt opens', async (fields, length) => {
  const { ciphertextBlob, plaintext = '' } = await call('GenerateDataKey', { keyId: 'alias/one', ...fields })
  expect(Buffer.from(plaintext, 'base64').length).toBe(length)
  expect((await call('Decrypt', { ciphertextBlob }))['plaintext']).toBe(plaintext)
})

it('generates a data key that is not shown', async () => {
  const sealed = await call('GenerateDataKeyWithoutPlaintext', { keyId: 'alias/one', encryptionContext })
  expect(sealed['plaintext']).toBeUndefined()
  const { ciphertextBlob } = sealed
  const opened = await call('Decrypt', { ciphertextBlob, encryptionContext })
  expect(Buffer.from(opened['plaintext'] ?? '', 'base64').length).toBe(32)
})

it('creates a key, describes it and lists it with its version', async () => {
  const created = await call('CreateKey', { description: '客户资料' })
  const keyMetadata = {
    description: '客户资料',
    keyState: 'Enabled',
    keySpec: 'Aliyun_AES_256',
    keyId: expect.any(String),
  }
  expect(created).toMatchObject({ keyMetadata })
  const { keyId, primaryKeyVersion } = (created as unknown as { keyMetadata: Answer }).keyMetadata
  expect(await call('DescribeKey', { keyId })).toMatchObject({ keyMetadata: { ...keyMetadata, keyId } })
  const listed = { keys: { key: expect.arrayContaining([expect.objectContaining({ keyId })]) } }
  expect(await call('ListKeys', { pageNumber: 1, pageSize: 100 })).toMatchObject(listed)
  const version = { keyId, keyVersionId: primaryKeyVersion }
  expect(await call('ListKeyVersions', { keyId })).toMatchObject({ keyVersions: { keyVersion: [version] } })
  expect(await call('DescribeKeyVersion', version)).toMatchObject({ keyVersion: version })
})

it('lists keys page by page', async () => {
  const first = await call('ListKeys', { pageNumber: 1, pageSize: 1 })
  const second = await call('ListKeys', { pageNumber: 2, pageSize: 1 })
  expect(first).toMatchObject({ pageNumber: 1, pageSize: 1, keys: { key: [expect.anything()] } })
  expect(Number(first['totalCount'])).toBeGreaterThanOrEqual(2)
  expect(second['keys']).not.toEqual(first['keys'])
})

it('creates, moves and deletes an alias', async () => {
  const aliasName = 'alias/moving'
  const [one, two] = [keyIdOf('alias/one'), keyIdOf('alias/two')]
  await call('CreateAlias', { aliasName, keyId: one })
  await expect(call('CreateAlias', { aliasName, keyId: two })).rejects.toMatchObject({
    code: 'AliasAlreadyExistsError',
  })
  await call('UpdateAlias', { aliasName, keyId: two })
  const alias = expect.arrayContaining([expect.objectContaining({ aliasName, keyId: two })])
  expect(await call('ListAliases', { pageSize: 100 })).toMatchObject({ aliases: { alias } })
  expect(await call('ListAliasesByKeyId', { keyId: two })).toMatchObject({ aliases: { alias } })
  await call('DeleteAlias', { aliasName })
  await expect(call('DeleteAlias', { aliasName })).rejects.toMatchObject({ code: 'Forbidden.AliasNotFoundError' })
})

it('disables and enables a key, and schedules and cancels its deletion', async () => {
  const created = await call('CreateKey')
  const { keyId } = (created as unknown as { keyMetadata: Answer }).keyMetadata
  const state = async (): Promise<unknown> => {
    const { keyMetadata } = (await call('DescribeKey', { keyId })) as unknown as { keyMetadata: Answer }
    return keyMetadata['keyState']
  }
  const states = [await state()]
  await call('DisableKey', { keyId })
  states.push(await state())
  await expect(call('Encrypt', { keyId, plaintext })).rejects.toMatchObject({ code: 'Rejected.DisabledError' })
  await call('EnableKey', { keyId })
  states.push(await state())
  await call('ScheduleKeyDeletion', { keyId, pendingWindowInDays: 7 })
  states.push(await state())
  await expect(call('Encrypt', { keyId, plaintext })).rejects.toMatchObject({ code: 'Rejected.PendingDeletionError' })
  await call('CancelKeyDeletion', { keyId })
  states.push(await state())
  expect(states).toEqual(['Enabled', 'Disabled', 'Enabled', 'PendingDeletion', 'Enabled'])
})

it('names its region', async () => {
  expect(await call('DescribeRegions')).toMatchObject({ regions: { region: [{ regionId: 'local' }] } })
})

it.each([
  ['CreateSecret', { secretName: 's', secretData: 'd', versionId: 'v1' }],
  ['AsymmetricSign', { keyId: 'alias/one', keyVersionId: 'v', algorithm: 'RSA_PSS_SHA_256', digest: 'AAAA' }],
  ['GetRandomPassword', {}],
])('says of %s, which it does not offer, that it is not supported', async (operation, fields) => {
  await expect(call(operation, fields)).rejects.toMatchObject({ code: 'UnsupportedOperationError' })
})
