import { readFileSync } from 'node:fs'
import { LocalKms, startKmsServer } from '@parasol/kms-local'
import { expect, it, vi } from 'vitest'
import { Here } from './here.js'

vi.setConfig({ testTimeout: 60_000 })

/** For a machine that is busy with other things. */
const PATIENCE = 'attemptTimeoutMs: 20000, totalTimeoutMs: 60000'

/** A folder, a KMS behind its server, and each way to mean its keys; or a store that nobody serves. */
async function meant(way: 'store' | 'endpoint' | 'lean' | 'official' | 'local') {
  const here = await Here.create()
  const rootKey = { keyFile: here.path('served.key') }
  const kms = new LocalKms({ folder: here.path('served'), rootKey })
  const service = await kms.open()
  const server = await startKmsServer({ service })
  const { id, secret } = await service.createAccessKey()
  here.write('access-key.json', JSON.stringify({ accessKeyId: id, accessKeySecret: secret }))
  here.write(
    'remote.yaml',
    `version: 1
kms:
  own: { use: local, store: ./own, keyFile: ./own.key }
  lean: { use: aliyun, region: local, endpoint: "${server.endpoint}", protocol: http, ${PATIENCE} }
  official: { use: aliyun, region: local, endpoint: "${server.endpoint}", protocol: http, transport: official, ${PATIENCE} }
  both: { use: failover, first: lean, fallback: [{ kms: own }] }
schemes:
  envelope: { kms: own, keyId: alias/app }
useCases:
  customer: { scheme: envelope }
`,
  )
  const ways = {
    store: ['--store', './unserved', '--key-file', './unserved.key'],
    endpoint: ['--endpoint', server.endpoint, '--access-key', './access-key.json'],
    lean: ['--config', './remote.yaml', '--kms', 'lean'],
    official: ['--config', './remote.yaml', '--kms', 'official'],
    local: ['--config', './remote.yaml', '--kms', 'own'],
  }
  const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: id, ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret }
  const run = (args: readonly string[], options: readonly string[] = ways[way]) =>
    here.parasol(['kms', 'keys', ...args, ...options], { env })
  return {
    here,
    env,
    service,
    ways,
    run,
    async json(...args: readonly string[]) {
      const { code, stdout, stderr } = await run([...args, '--json'])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      return JSON.parse(stdout)
    },
    async refusal(args: readonly string[], options?: readonly string[]) {
      const { code, stderr } = await run([...args, '--json'], options)
      return { exitCode: code, ...JSON.parse(stderr).error }
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await kms[Symbol.asyncDispose]()
      here.remove()
    },
  }
}

const day = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)

it.each(['store', 'endpoint', 'lean', 'official', 'local'] as const)(
  'administers keys through their whole life, meant by %s, with the same output',
  async (way) => {
    await using kms = await meant(way)
    const created = await kms.json('create', '--alias', 'alias/app', '--rotation', '90d', '--description', 'for 客户')
    expect(created).toEqual({
      keyId: expect.stringMatching(/^[\da-f-]{36}$/),
      aliases: ['alias/app'],
      state: 'Enabled',
      spec: 'Aliyun_AES_256',
      usage: 'ENCRYPT/DECRYPT',
      origin: 'Aliyun_KMS',
      versions: 1,
      created: day,
      description: 'for 客户',
      nextRotation: day,
      isProtected: false,
      tags: {},
    })
    const { keyId } = created
    expect(await kms.json('rotate', 'alias/app')).toMatchObject({ keyId, versions: 2 })
    expect(await kms.json('disable', 'alias/app')).toMatchObject({ state: 'Disabled' })
    expect(await kms.json('enable', keyId)).toMatchObject({ state: 'Enabled' })
    const arn = `acs:kms:local:0:key/${keyId}`
    expect(await kms.json('tag', arn, 'team=payments', 'stage=a=b')).toMatchObject({
      tags: { team: 'payments', stage: 'a=b' },
    })
    expect(await kms.json('tag', 'alias/app', 'stage', '--remove')).toMatchObject({ tags: { team: 'payments' } })
    expect(await kms.json('alias', keyId, 'alias/other')).toMatchObject({ aliases: ['alias/app', 'alias/other'] })
    expect(await kms.json('rotation', keyId, '--never')).not.toHaveProperty('nextRotation')
    expect(await kms.json('rotation', 'alias/app', '--every', '30d')).toMatchObject({ nextRotation: day })
    expect(await kms.json('protect', 'alias/app')).toMatchObject({ isProtected: true })
    expect(await kms.refusal(['schedule-deletion', 'alias/app', '--days', '7'])).toMatchObject({ code: 'KEY_UNUSABLE' })
    expect(await kms.json('unprotect', keyId)).toMatchObject({ isProtected: false })
    const doomed = await kms.json('schedule-deletion', 'alias/other', '--days', '7')
    expect(doomed).toMatchObject({ state: 'PendingDeletion', deleteAt: day })
    expect(await kms.json('cancel-deletion', 'alias/app')).toMatchObject({ state: 'Enabled' })
    kms.here.write('material', Buffer.alloc(32, 7))
    const imported = await kms.json('import', './material', '--alias', 'alias/imported')
    expect(imported).toMatchObject({ origin: 'EXTERNAL', state: 'Enabled', aliases: ['alias/imported'] })
    expect(await kms.json('alias', 'alias/imported', 'alias/other')).toMatchObject({
      aliases: ['alias/imported', 'alias/other'],
    })
    expect(await kms.json('alias', 'alias/imported', 'alias/other', '--remove')).toMatchObject({
      keyId: imported.keyId,
    })
    const { keys } = await kms.json('list')
    expect(keys.find((key: { keyId: string }) => key.keyId === keyId)).toEqual(await kms.json('describe', 'alias/app'))
    expect(keys.map((key: { keyId: string }) => key.keyId).sort()).toEqual([keyId, imported.keyId].sort())
    expect((await kms.run(['list'])).stdout).toMatch(/^key +aliases +state .*alias\/app/s)
  },
)

it.each(['store', 'endpoint', 'official'] as const)('says what the KMS refuses, meant by %s', async (way) => {
  await using kms = await meant(way)
  await kms.json('create', '--alias', 'alias/app')
  expect(await kms.refusal(['describe', 'alias/none'])).toMatchObject({ exitCode: 5, code: 'KEY_NOT_FOUND' })
  expect(await kms.refusal(['enable', 'alias/none'])).toMatchObject({ code: 'KEY_NOT_FOUND' })
  for (const wrong of [
    ['create', '--alias', 'alias/app'],
    ['create', '--spec', 'DES'],
    ['create', '--rotation', '1d'],
    ['create', '--spec', 'EC_P256', '--rotation', '90d'],
    ['alias', 'alias/app', 'no-prefix'],
    ['rotation', 'alias/app', '--every', '3d'],
  ]) {
    expect(await kms.refusal(wrong)).toMatchObject({ exitCode: 2, code: 'INVALID_INPUT' })
  }
  expect(await kms.refusal(['cancel-deletion', 'alias/app'])).toMatchObject({ code: 'KEY_UNUSABLE' })
  expect(await kms.refusal(['schedule-deletion', 'alias/app', '--days', '1'])).toMatchObject({ code: 'USAGE' })
  expect(await kms.refusal(['tag', 'alias/app', 'nothing'])).toMatchObject({ code: 'USAGE' })
  expect(await kms.refusal(['rotation', 'alias/app'])).toMatchObject({ code: 'USAGE' })
  expect((await kms.json('list')).keys).toHaveLength(1)
})

it('takes one way to mean the keys alone', async () => {
  await using kms = await meant('endpoint')
  const { store, endpoint, lean } = kms.ways
  for (const both of [
    [...store, ...endpoint],
    [...store, ...lean],
    [...endpoint, ...lean],
    ['--key-file', './unserved.key', ...lean],
  ]) {
    expect(await kms.refusal(['list'], both)).toMatchObject({ exitCode: 2, code: 'USAGE' })
  }
  expect(await kms.refusal(['list'], ['--config', './remote.yaml'])).toMatchObject({
    code: 'INVALID_CONFIG',
    message: expect.stringContaining('say which of them is meant (have: own, lean, official, both)'),
  })
  expect(await kms.refusal(['list'], ['--config', './remote.yaml', '--kms', 'laen'])).toMatchObject({
    code: 'INVALID_CONFIG',
    message: expect.stringContaining('did you mean "lean"?'),
  })
  expect(await kms.refusal(['list'], ['--config', './remote.yaml', '--kms', 'both'])).toMatchObject({
    code: 'UNSUPPORTED',
  })
})

it('asks another machine by plain HTTP under no circumstances', async () => {
  await using kms = await meant('endpoint')
  const refused = await kms.refusal(['list'], ['--endpoint', 'http://kms.example.com'])
  expect(refused).toMatchObject({ code: 'INVALID_CONFIG', message: expect.stringContaining('Plain HTTP') })
})

it('lets a service do what the access key may, and no more', async () => {
  await using kms = await meant('endpoint')
  const policy = {
    Version: '1',
    Statement: [{ Effect: 'Allow', Action: ['kms:List*', 'kms:Describe*'], Resource: '*' }],
  }
  const { id, secret } = await kms.service.createAccessKey({ policy: policy as never })
  kms.here.write('reader.json', JSON.stringify({ accessKeyId: id, accessKeySecret: secret }))
  const [, address = ''] = kms.ways.endpoint
  const reader = ['--endpoint', `http://${address}/`, '--access-key', './reader.json']
  await kms.json('create', '--alias', 'alias/app')
  expect((await kms.run(['list'], reader)).code).toBe(0)
  expect(await kms.refusal(['disable', 'alias/app'], reader)).toMatchObject({ exitCode: 5, code: 'ACCESS_DENIED' })
  kms.here.write('none.json', 'no JSON')
  const none = ['--endpoint', address, '--access-key', './none.json']
  expect(await kms.refusal(['list'], none)).toMatchObject({ code: 'INVALID_INPUT' })
  expect(readFileSync(kms.here.path('none.json'), 'utf8')).toBe('no JSON')
})
