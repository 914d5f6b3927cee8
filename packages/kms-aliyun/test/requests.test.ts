import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ScriptedServer, startScriptedServer, transports } from './scripted-server.js'

/** What the protocol itself puts into the URL. */
const ofProtocol = {
  lean: '',
  official: 'AccessKeyId,Action,Format,Signature,SignatureMethod,SignatureNonce,SignatureVersion,Timestamp,Version',
} as const

describe.each(transports)('over transport %s', (transport) => {
  let server: ScriptedServer
  beforeAll(async () => {
    server = await startScriptedServer({ transport })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const text = Buffer.from('13800138000')
  const context = { purpose: '客户.手机', sign: 'a+b&c=d %20' }

  it('sends every parameter of an operation in the form and none in the URL', async () => {
    const kms = server.kms()
    const blob = await kms.encrypt('alias/one', text, context)
    await kms.decrypt(blob, context)
    using _key = await kms.generateDataKey('alias/one', context)
    const EncryptionContext = JSON.stringify(context)
    const CiphertextBlob = Buffer.from(blob).toString('base64')
    const sent = server.requests.slice(-3)
    expect(sent.map(({ action, form }) => [action, Object.fromEntries(form)])).toEqual([
      ['Encrypt', { KeyId: 'alias/one', Plaintext: text.toString('base64'), EncryptionContext }],
      ['Decrypt', { CiphertextBlob, EncryptionContext }],
      ['GenerateDataKey', { KeyId: 'alias/one', KeySpec: 'AES_256', EncryptionContext }],
    ])
    for (const { url } of sent) {
      const names = [...new URL(url, 'http://localhost').searchParams.keys()].sort().join()
      expect(names).toBe(ofProtocol[transport])
    }
  })

  it('names the access key, the version and its host', async () => {
    await server.kms().encrypt('alias/one', text, context)
    const { accessKeyId, version, headers } = server.requests.at(-1) ?? expect.fail('no request')
    expect(accessKeyId).toBe('LTAItest')
    expect(version).toBe('2016-01-20')
    expect(headers.host).toBe(server.endpoint)
  })

  it.each(['alias/one', '0b30658a-ed1a-4922-b8f7-a673ca9c0001', 'acs:kms:cn-hangzhou:1234:key/key-hzz62f1cb66fa42qo'])(
    'sends the id, alias or ARN %s as it is',
    async (keyId) => {
      await server
        .kms()
        .encrypt(keyId, text, context)
        .catch(() => undefined)
      expect(server.requests.at(-1)?.form.get('KeyId')).toBe(keyId)
    },
  )

  it('sends an empty plaintext and gives it back', async () => {
    const kms = server.kms()
    const blob = await kms.encrypt('alias/one', new Uint8Array(0), context)
    expect(server.requests.at(-1)?.form.get('Plaintext')).toBe('')
    expect(await kms.decrypt(blob, context)).toEqual(new Uint8Array(0))
  })

  it('sends no context when it is empty', async () => {
    const kms = server.kms()
    const blob = await kms.encrypt('alias/one', text, {})
    expect(server.requests.at(-1)?.form.has('EncryptionContext')).toBe(false)
    expect(Buffer.from(await kms.decrypt(blob, {}))).toEqual(text)
  })

  it('sends a context with the names of inherited properties as it is', async () => {
    const hostile = JSON.parse('{"__proto__":"a","toJSON":"b","constructor":"c","toString":"d","KeyId":"alias/two"}')
    const kms = server.kms()
    const blob = await kms.encrypt('alias/one', text, hostile)
    expect(server.requests.at(-1)?.form.get('EncryptionContext')).toBe(JSON.stringify(hostile))
    expect(server.requests.at(-1)?.form.get('KeyId')).toBe('alias/one')
    await expect(kms.decrypt(blob, { ...hostile, toJSON: 'B' })).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
  })

  it('sends the entries of an object that would serialise itself as something else', async () => {
    const context = Object.assign(Object.create({ toJSON: () => ({ row: '8' }) }) as Record<string, string>, {
      row: '7',
    })
    await server.kms().encrypt('alias/one', text, context)
    expect(server.requests.at(-1)?.form.get('EncryptionContext')).toBe('{"row":"7"}')
  })

  it.each([
    ['a value that is a number', { row: 7 as unknown as string }],
    ['an empty key', { '': '7' }],
    ['a lone surrogate', { row: '\ud800' }],
    ['more than 8,192 bytes', { row: 'x'.repeat(8192) }],
    ['8,192 bytes that are more characters of JSON', { row: '"'.repeat(5000) }],
  ])('refuses a context with %s before any request', async (_name, wrong) => {
    const before = server.requests.length
    const kms = server.kms()
    const invalid = expect.objectContaining({ code: 'INVALID_INPUT' })
    await expect(kms.encrypt('alias/one', text, wrong)).rejects.toThrow(invalid)
    await expect(kms.decrypt(text, wrong)).rejects.toThrow(invalid)
    await expect(kms.generateDataKey('alias/one', wrong)).rejects.toThrow(invalid)
    expect(server.requests.length).toBe(before)
  })

  it('takes 4,608 bytes, and for more names the scheme that takes them', async () => {
    const kms = server.kms()
    const largest = new Uint8Array(4608).fill(0xff)
    expect(await kms.decrypt(await kms.encrypt('alias/one', largest, context), context)).toEqual(largest)
    const before = server.requests.length
    await expect(kms.encrypt('alias/one', new Uint8Array(4609), context)).rejects.toMatchObject({
      code: 'PLAINTEXT_TOO_LARGE',
      message: expect.stringMatching(/4609 bytes.*4608.*"envelope"/),
    })
    expect(server.requests.length).toBe(before)
  })

  it('sends the bytes of a view and not those around it', async () => {
    const around = Buffer.from('before 13800138000 after')
    const blob = await server.kms().encrypt('alias/one', around.subarray(7, 18), context)
    expect(Buffer.from(await server.fake.decrypt(blob, context))).toEqual(text)
  })

  it('gives back plaintexts and keys in memory of their own, outside the pool of buffers', async () => {
    const kms = server.kms()
    const plaintext = await kms.decrypt(await kms.encrypt('alias/one', text, context), context)
    using key = await kms.generateDataKey('alias/one', context)
    expect(plaintext.buffer.byteLength).toBe(text.length)
    expect(key.plaintext.buffer.byteLength).toBe(32)
  })

  it('gives back any bytes under any context', async () => {
    const kms = server.kms()
    const contexts = fc.dictionary(fc.string({ minLength: 1, unit: 'binary' }), fc.string({ unit: 'binary' }))
    const roundTrip = async (bytes: Uint8Array, any: Record<string, string>): Promise<void> => {
      const blob = await kms.encrypt('alias/one', bytes, any)
      expect(Buffer.from(await kms.decrypt(blob, any))).toEqual(Buffer.from(bytes))
    }
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), contexts, roundTrip), { numRuns: 40 })
  })
})
