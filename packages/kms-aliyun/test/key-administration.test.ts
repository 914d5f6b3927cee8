import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hang, html, refuse, resetBeforeHeaders, say } from './behaviours.js'
import { type Behaviour, type ScriptedServer, startScriptedServer, transports } from './scripted-server.js'

const ID = '0b30658a-ed1a-4922-b8f7-a673ca9c0001'
const metadata = {
  KeyId: ID,
  KeyState: 'Enabled',
  KeySpec: 'Aliyun_AES_256',
  KeyUsage: 'ENCRYPT/DECRYPT',
  Origin: 'Aliyun_KMS',
  CreationDate: '2026-01-02T03:04:05Z',
}
const ok = (body: object): Behaviour => say(200, JSON.stringify({ RequestId: 'r', ...body }))

describe.each(transports)('over transport %s', (transport) => {
  let server: ScriptedServer
  beforeAll(async () => {
    server = await startScriptedServer({ transport })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  /** What each action is answered with. */
  let answers: Record<string, Behaviour>
  let before: number
  beforeEach(() => {
    before = server.requests.length
    answers = {
      DescribeKey: ok({ KeyMetadata: metadata }),
      ListAliasesByKeyId: ok({ TotalCount: 0, Aliases: { Alias: [] } }),
      ListKeyVersions: ok({ TotalCount: 3, KeyVersions: { KeyVersion: [{}] } }),
      ListResourceTags: ok({ Tags: { Tag: [] } }),
    }
    server.always((exchange) => (answers[exchange.seen.action] ?? ok({}))(exchange))
  })
  const sent = (action: string) => server.requests.slice(before).filter((request) => request.action === action)

  it.each([
    ['an answer that is none', html(502)],
    ['a failure', refuse(500, 'InternalFailure')],
    ['a reset', resetBeforeHeaders],
  ])('does not change anything a second time after %s', async (_, behaviour) => {
    answers['CreateKeyVersion'] = behaviour
    await expect(server.kms().keys.rotate(ID)).rejects.toMatchObject({ retryable: true })
    expect(sent('CreateKeyVersion')).toHaveLength(1)
  })

  it('changes again what was throttled', async () => {
    const replies = [refuse(429, 'Rejected.Throttling'), refuse(429, 'Throttling.User'), ok({})]
    answers['DisableKey'] = (exchange) => replies.shift()?.(exchange)
    await server.kms().keys.disable(ID)
    expect(sent('DisableKey')).toHaveLength(3)
  })

  it('gives a change up when it is told to', async () => {
    answers['EnableKey'] = hang
    const signal = AbortSignal.timeout(50)
    await expect(server.kms().keys.enable(ID, { signal })).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('asks for as many pages as there are, and follows no list without an end', async () => {
    const page = (KeyId: string) => ok({ TotalCount: 2, Keys: { Key: [{ KeyId }] } })
    const pages = [page(ID), page(ID.replace(/1$/, '2'))]
    answers['ListKeys'] = (exchange) => pages.shift()?.(exchange)
    answers['ListAliases'] = ok({ TotalCount: 1, Aliases: { Alias: [{ KeyId: ID, AliasName: 'alias/app' }] } })
    answers['DescribeKey'] = (exchange) =>
      ok({ KeyMetadata: { ...metadata, KeyId: exchange.seen.form.get('KeyId') } })(exchange)
    const keys = await server.kms().keys.list()
    expect(keys.map(({ keyId, aliases, versions }) => [keyId.at(-1), aliases, versions])).toEqual([
      ['1', ['alias/app'], 3],
      ['2', [], 3],
    ])
    expect(sent('ListKeys').map(({ form }) => form.get('PageNumber'))).toEqual(['1', '2'])
  })

  it('leaves out a key that was destroyed while it listed', async () => {
    answers['ListKeys'] = ok({ TotalCount: 1, Keys: { Key: [{ KeyId: ID }] } })
    answers['ListAliases'] = ok({ TotalCount: 0, Aliases: { Alias: [] } })
    answers['DescribeKey'] = refuse(404, 'Forbidden.KeyNotFound')
    expect(await server.kms().keys.list()).toEqual([])
  })

  it.each([
    ['nothing', {}],
    ['a list', { KeyMetadata: [] }],
    ['a number', { KeyMetadata: { ...metadata, KeyState: 7 } }],
  ])('refuses %s as what is known of a key', async (_, body) => {
    answers['DescribeKey'] = ok(body)
    await expect(server.kms({ maxAttempts: 1 }).keys.describe(ID)).rejects.toMatchObject({ code: 'KMS_PROTOCOL' })
  })

  it('sends material encrypted to the key of the service alone', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const PublicKey = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    answers['CreateKey'] = ok({ KeyMetadata: metadata })
    answers['GetParametersForImport'] = ok({ PublicKey, ImportToken: 'token' })
    const material = Buffer.alloc(32, 'm')
    await server.kms().keys.create({ material })
    const [request] = sent('ImportKeyMaterial')
    const wrapped = Buffer.from(request?.form.get('EncryptedKeyMaterial') ?? '', 'base64')
    const options = { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
    expect(privateDecrypt(options, wrapped)).toEqual(material)
    expect(JSON.stringify(server.requests.slice(before))).not.toContain(material.toString('base64'))
  })

  it('sends no material to a weak key, and names the key that waits for it', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const PublicKey = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    answers['CreateKey'] = ok({ KeyMetadata: metadata })
    answers['GetParametersForImport'] = ok({ PublicKey, ImportToken: 'token' })
    await expect(server.kms().keys.create({ material: Buffer.alloc(32) })).rejects.toMatchObject({
      code: 'KMS_PROTOCOL',
      message: expect.stringContaining(`Key ${ID} was made, but: `),
    })
    expect(sent('ImportKeyMaterial')).toEqual([])
  })

  it('makes no key for an alias that is taken', async () => {
    await expect(server.kms().keys.create({ alias: 'alias/app' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(sent('CreateKey')).toEqual([])
  })
})
