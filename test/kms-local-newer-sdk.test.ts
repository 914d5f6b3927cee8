import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LocalServer, startLocalServer } from './local-server.js'

// Alibaba's newer SDKs, also those of other languages, sign by ACS3-HMAC-SHA256; this is what the TypeScript ones are made of.
const require = createRequire(import.meta.url)
const { default: Client, Config, OpenApiRequest, Params } = require('@alicloud/openapi-client')
const { RuntimeOptions } = require('@alicloud/tea-util')

type Fields = Readonly<Record<string, string | number>>
type Answer = { readonly body: Readonly<Record<string, string>> }

let local: LocalServer
beforeAll(async () => {
  local = await startLocalServer(['alias/one'])
})
afterAll(() => local[Symbol.asyncDispose]())

function call(
  action: string,
  { query = {}, body }: { query?: Fields; body?: Fields },
  secret?: string,
): Promise<Answer> {
  const { id: accessKeyId, secret: accessKeySecret } = local.accessKey
  const { endpoint } = local.server
  const client = new Client(new Config({ accessKeyId, accessKeySecret: secret ?? accessKeySecret, endpoint }))
  const params = new Params({
    action,
    version: '2016-01-20',
    protocol: 'HTTP',
    pathname: '/',
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    bodyType: 'json',
  })
  return client.callApi(params, new OpenApiRequest({ query, body }), new RuntimeOptions({}))
}

const Plaintext = 'MTM4MDAxMzgwMDA='
const EncryptionContext = JSON.stringify({ 客户: "7 ~!*()'+&=" })

it.each(['query', 'body'])('encrypts and decrypts with the parameters in the %s', async (place) => {
  const sealed = await call('Encrypt', { [place]: { KeyId: 'alias/one', Plaintext, EncryptionContext } })
  const { CiphertextBlob = '' } = sealed.body
  const opened = await call('Decrypt', { [place]: { CiphertextBlob, EncryptionContext } })
  expect(opened.body).toMatchObject({ Plaintext })
  await expect(call('Decrypt', { [place]: { CiphertextBlob } })).rejects.toMatchObject({ code: 'InvalidParameter' })
})

it('tells faults by their code', async () => {
  const query = { KeyId: 'alias/none' }
  await expect(call('DescribeKey', { query })).rejects.toMatchObject({ code: 'Forbidden.KeyNotFound' })
  await expect(call('Explode', { query })).rejects.toMatchObject({ code: 'UnsupportedOperation' })
  await expect(call('DescribeKey', { query }, 'wrong')).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' })
})
