import { join } from 'node:path'
import {
  type AccessKey,
  type KeyService,
  type KmsServer,
  LocalKms,
  type Policy,
  startKmsServer,
  systemPolicies,
} from '@parasol/kms-local'
import { expect, it, onTestFinished } from 'vitest'
import { scratchFolder } from './scratch.js'
import { type Fields, form, signed } from './signed.js'

interface Running {
  readonly service: KeyService
  readonly server: KmsServer
  readonly root: AccessKey
}

async function start(): Promise<Running> {
  const folder = scratchFolder()
  const kms = new LocalKms({
    folder,
    rootKey: { keyFile: join(folder, 'key') },
    createKeys: ['alias/mine', 'alias/other'],
  })
  const service = await kms.open()
  const server = await startKmsServer({ service })
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]()
    await kms[Symbol.asyncDispose]()
  })
  return { service, server, root: await service.createAccessKey() }
}

async function call({ server }: Running, accessKey: AccessKey, fields: Fields): Promise<Record<string, unknown>> {
  const body = form(signed('POST', accessKey, fields))
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return (await (await fetch(server.url, { method: 'POST', body, headers })).json()) as Record<string, unknown>
}

const denied = expect.objectContaining({ HttpStatus: 403, Code: 'Forbidden.NoPermission' })
const done = expect.not.objectContaining({ Code: expect.anything() })
const Plaintext = 'MTM4MDAxMzgwMDA='

it('lets an access key do what its policy allows with the keys that it names, by whatever name they are called', async () => {
  const running = await start()
  const [mine = '', other = ''] = ['alias/mine', 'alias/other'].map((name) => running.service.findKey(name))
  const policy: Policy = {
    Version: '1',
    Statement: [{ Effect: 'Allow', Action: ['kms:Encrypt', 'kms:Decrypt'], Resource: `acs:kms:local:0:key/${mine}` }],
  }
  const accessKey = await running.service.createAccessKey({ policy })
  for (const KeyId of [mine, 'alias/mine', `acs:kms:local:0:key/${mine}`, 'acs:kms:local:0:alias/mine']) {
    expect(await call(running, accessKey, { Action: 'Encrypt', KeyId, Plaintext })).toEqual(done)
  }
  for (const KeyId of [other, 'alias/other', 'alias/none', '', `acs:kms:local:0:key/${other}`]) {
    expect(await call(running, accessKey, { Action: 'Encrypt', KeyId, Plaintext })).toEqual(denied)
  }
  for (const Action of ['DisableKey', 'GenerateDataKey', 'CreateKey', 'ListKeys', 'DescribeKey']) {
    expect(await call(running, accessKey, { Action, KeyId: mine })).toEqual(denied)
  }
  const theirs = await call(running, running.root, { Action: 'Encrypt', KeyId: other, Plaintext })
  const stolen = { Action: 'Decrypt', CiphertextBlob: `${theirs['CiphertextBlob']}`, KeyId: mine }
  expect(await call(running, accessKey, stolen)).toEqual(denied)
})

it('asks for both ends of ReEncrypt', async () => {
  const running = await start()
  const [mine, other] = ['alias/mine', 'alias/other'].map(
    (name) => `acs:kms:local:0:key/${running.service.findKey(name)}`,
  )
  const { CiphertextBlob } = await call(running, running.root, { Action: 'Encrypt', KeyId: 'alias/mine', Plaintext })
  const reEncrypt = { Action: 'ReEncrypt', CiphertextBlob: `${CiphertextBlob}`, DestinationKeyId: 'alias/other' }
  const from = { Effect: 'Allow', Action: 'kms:ReEncryptFrom', Resource: mine ?? '' } as const
  const to = { Effect: 'Allow', Action: 'kms:ReEncryptTo', Resource: other ?? '' } as const
  for (const [Statement, expected] of [
    [[from], denied],
    [[to], denied],
    [[from, to], done],
  ] as const) {
    const accessKey = await running.service.createAccessKey({ policy: { Version: '1', Statement } })
    expect(await call(running, accessKey, reEncrypt)).toEqual(expected)
  }
})

it('does not let who may use keys give himself more', async () => {
  const running = await start()
  const accessKey = await running.service.createAccessKey({ policy: systemPolicies.AliyunKMSCryptoUserAccess })
  expect(await call(running, accessKey, { Action: 'Encrypt', KeyId: 'alias/mine', Plaintext })).toEqual(done)
  expect(await call(running, accessKey, { Action: 'DescribeRegions' })).toEqual(done)
  const KeyId = `${running.service.findKey('alias/mine')}`
  for (const Action of [
    'CreateAlias',
    'UpdateAlias',
    'DeleteAlias',
    'EnableKey',
    'ScheduleKeyDeletion',
    'TagResource',
  ]) {
    expect(await call(running, accessKey, { Action, KeyId, AliasName: 'alias/other' })).toEqual(denied)
  }
  const protect = { Action: 'SetDeletionProtection', ProtectedResourceArn: KeyId, EnableDeletionProtection: 'true' }
  expect(await call(running, accessKey, protect)).toEqual(denied)
})
