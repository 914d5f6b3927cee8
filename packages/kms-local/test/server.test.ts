import { readFileSync, renameSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type AccessKey, type KmsServer, type KmsServerOptions, LocalKms, startKmsServer } from '@parasol/kms-local'
import * as fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { operations } from '../src/aliyun-api.js'
import { parseQuota } from '../src/quotas.js'
import { scratchFolder } from './scratch.js'
import { type Fields, form, signed } from './signed.js'

interface Running {
  readonly server: KmsServer
  readonly accessKey: AccessKey
  readonly log: string[]
}

async function start(options: Partial<KmsServerOptions> = {}): Promise<Running> {
  const folder = scratchFolder()
  const kms = new LocalKms({ folder, rootKey: { keyFile: join(folder, 'key') }, createKeys: ['alias/one'] })
  const service = await kms.open()
  const log: string[] = []
  const server = await startKmsServer({
    service,
    onRequest: (action, fault) => log.push(`${action} ${fault}`),
    ...options,
  })
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]()
    await kms[Symbol.asyncDispose]()
  })
  return { server, accessKey: await service.createAccessKey(), log }
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** Parsed: what is not JSON fails the test. */
  readonly body: Readonly<Record<string, unknown>>
}

interface Sent {
  readonly method?: string
  readonly path?: string
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

function send({ server }: Running, { method = 'POST', path = '/', body, headers = FORM }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: server.host, port: server.port, method, path, headers, agent: false })
    request.on('error', reject)
    request.on('response', async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk)
      const text = Buffer.concat(chunks).toString()
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: method === 'HEAD' ? {} : JSON.parse(text),
      })
    })
    request.end(body)
  })
}

const call = (running: Running, fields: Fields): Promise<Answer> =>
  send(running, { body: form(signed('POST', running.accessKey, fields)) })

/** Sends bytes as they are and gives back all that comes until the server closes. */
function raw({ server }: Running, text: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect(server.port, server.host, () => socket.write(text))
    socket.setEncoding('utf8')
    socket.on('data', (chunk) => {
      received += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(received))
  })
}

const bodyOf = (response: string): unknown => JSON.parse(response.slice(response.indexOf('\r\n\r\n') + 4))
const plaintext = 'MTM4MDAxMzgwMDA='

it('answers over GET and POST, with parameters in the query, in the body, and in both', async () => {
  const running = await start()
  const fields = { Action: 'Encrypt', KeyId: 'alias/one', Plaintext: plaintext }
  const query = `/?${form(signed('GET', running.accessKey, fields))}`
  expect((await send(running, { method: 'GET', path: query, headers: {} })).status).toBe(200)
  const inUrl = `/?${form(signed('POST', running.accessKey, fields))}`
  expect((await send(running, { path: inUrl, headers: {} })).status).toBe(200)
  expect((await call(running, fields)).status).toBe(200)
  const all = [...signed('POST', running.accessKey, fields)]
  const split = { path: `/?${form(all.slice(0, 4))}`, body: form(all.slice(4)) }
  expect((await send(running, split)).status).toBe(200)
})

it('answers with JSON, a request id and headers that forbid to keep it', async () => {
  const running = await start()
  const { status, body, headers } = await call(running, { Action: 'DescribeKey', KeyId: 'alias/none' })
  expect({ status, body }).toEqual({
    status: 404,
    body: {
      HttpStatus: 404,
      Code: 'Forbidden.KeyNotFound',
      Message: 'The specified Key is not found.',
      RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/),
      HostId: `${running.server.host}:${running.server.port}`,
    },
  })
  expect(headers).toMatchObject({ 'content-type': 'application/json;charset=utf-8', 'cache-control': 'no-store' })
})

it.each([
  ['an unknown action', { Action: 'Explode' }, 'UnsupportedOperation'],
  ['an action of the prototype', { Action: 'constructor' }, 'UnsupportedOperation'],
  ['no action', {}, 'MissingParameter'],
  ['an empty action', { Action: '' }, 'MissingParameter'],
  ['another version', { Action: 'ListKeys', Version: '2020-01-01' }, 'InvalidParameter'],
  ['a missing parameter', { Action: 'Encrypt', KeyId: 'alias/one' }, 'MissingParameter'],
  ['a blob that is not base64', { Action: 'Decrypt', CiphertextBlob: '***' }, 'InvalidParameter'],
  ['a blob of somebody else', { Action: 'Decrypt', CiphertextBlob: 'QUJD' }, 'InvalidParameter'],
  ['a dry run', { Action: 'Encrypt', KeyId: 'alias/one', Plaintext: 'x', DryRun: 'true' }, 'DryRunOperationError'],
  ['a dry run of what would fail', { Action: 'Encrypt', KeyId: 'alias/none', DryRun: 'true' }, 'ValidationError'],
  [
    'a dry run that is none',
    { Action: 'Encrypt', KeyId: 'alias/one', Plaintext: 'x', DryRun: '1' },
    'InvalidParameter',
  ],
  [
    'a length that is no number',
    { Action: 'GenerateDataKey', KeyId: 'alias/one', NumberOfBytes: '3e1' },
    'InvalidParameter',
  ],
  ['a length of none', { Action: 'GenerateDataKey', KeyId: 'alias/one', NumberOfBytes: '0' }, 'InvalidParameter'],
  [
    'a window of six days',
    { Action: 'ScheduleKeyDeletion', KeyId: 'alias/one', PendingWindowInDays: '6' },
    'InvalidParameter',
  ],
])('refuses %s', async (_name, fields, code) => {
  expect((await call(await start(), fields)).body).toMatchObject({ Code: code, RequestId: expect.any(String) })
})

it.each([
  '{"a":1}',
  '{"a":null}',
  '{"a":{"b":"c"}}',
  '["a"]',
  '"a"',
  'a',
  '',
  '{"a":"1","a":"2"}',
  '{"a":"1","\\u0061":"2"}',
  '{"a":"1",}',
  '{"a":"\\ud800"}',
  `{"a":"${'x'.repeat(8192)}"}`,
])('refuses the context %j', async (EncryptionContext) => {
  const fields = { Action: 'Encrypt', KeyId: 'alias/one', Plaintext: plaintext, EncryptionContext }
  expect((await call(await start(), fields)).body).toMatchObject({ Code: 'InvalidParameter' })
})

async function callXml(
  running: Running,
  fields: Fields,
): Promise<{ status: number; type: string | null; text: string }> {
  const body = form(signed('POST', running.accessKey, { Format: 'XML', ...fields }))
  const response = await fetch(running.server.url, { method: 'POST', body, headers: FORM })
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
}

it('answers with XML where that is asked, faults too', async () => {
  const running = await start()
  const listed = await callXml(running, { Action: 'ListAliases' })
  expect(listed).toMatchObject({ status: 200, type: 'text/xml;charset=utf-8' })
  expect(listed.text).toMatch(
    /^<\?xml version="1.0" encoding="UTF-8"\?><ListAliasesResponse><RequestId>[0-9A-F-]+<\/RequestId><TotalCount>1<.*<Aliases><Alias><KeyId>/,
  )
  const refused = await callXml(running, { Action: 'DescribeKey', KeyId: 'alias/none' })
  expect(refused.status).toBe(404)
  expect(refused.text).toMatch(/<KMS><HttpStatus>404<\/HttpStatus><Code>Forbidden.KeyNotFound<\/Code>/)
  expect((await callXml(running, { Action: 'ListKeys', AccessKeyId: 'nobody' })).text).toContain('<KMS>')
})

it('escapes what XML gives a meaning to, and refuses what XML cannot hold', async () => {
  const running = await start()
  for (const [Plaintext, expected] of [
    ['<a>&amp;\r\n</a>', '<Plaintext>&lt;a&gt;&amp;amp;&#13;\n&lt;/a&gt;</Plaintext>'],
    ['\u0000', '<Code>InvalidParameter</Code>'],
  ] as const) {
    const sealed = await call(running, { Action: 'Encrypt', KeyId: 'alias/one', Plaintext })
    const CiphertextBlob = String(sealed.body['CiphertextBlob'])
    expect((await callXml(running, { Action: 'Decrypt', CiphertextBlob })).text).toContain(expected)
  }
})

it('refuses a format that is neither', async () => {
  const answer = await call(await start(), { Action: 'ListKeys', Format: 'YAML' })
  expect(answer.body).toMatchObject({ Code: 'InvalidParameter' })
})

it('refuses a parameter that stands twice, in one place or in two', async () => {
  const running = await start()
  const body = form(signed('POST', running.accessKey, { Action: 'ListKeys' }))
  for (const sent of [{ body: `${body}&Action=ListKeys` }, { path: '/?Action=ListKeys', body }]) {
    expect(await send(running, sent)).toMatchObject({ status: 400, body: { Code: 'ParseRequestParameterException' } })
  }
})

it.each(['%', '%E4', '%zz', 'a=%FF', 'a=%C0%80', 'a=%ED%A0%80'])(
  'refuses the form %j, which is not UTF-8',
  async (text) => {
    const running = await start()
    const refused = { status: 400, body: { Code: 'ParseRequestParameterException' } }
    expect(await send(running, { body: text })).toMatchObject(refused)
    expect(await send(running, { path: `/?${text}`, headers: {} })).toMatchObject(refused)
  },
)

it('refuses a body that is not a form, and bytes that are not UTF-8', async () => {
  const running = await start()
  const json = { body: '{}', headers: { 'content-type': 'application/json' } }
  expect(await send(running, json)).toMatchObject({ status: 400, body: { Code: 'ParseRequestParameterException' } })
  const binary = await send(running, { body: Buffer.from([0x61, 0x3d, 0xff, 0xfe, 0x00]) })
  expect(binary.status).toBe(400)
})

it.each(['PUT', 'DELETE', 'OPTIONS', 'PATCH'])('refuses the method %s', async (method) => {
  expect(await send(await start(), { method })).toMatchObject({ status: 403, body: { Code: 'UnsupportedHTTPMethod' } })
})

it('knows one path', async () => {
  for (const path of ['/keys', '//', '/../', '/%2e']) {
    expect(await send(await start(), { path })).toMatchObject({ status: 404, body: { Code: 'NotFound' } })
  }
})

it('takes the longest request of the official client, and refuses more', async () => {
  const running = await start()
  const fields = { Action: 'Encrypt', KeyId: 'alias/one', Plaintext: '+'.repeat(6144) }
  const EncryptionContext = JSON.stringify({ a: '客'.repeat(2700) })
  const url = `/?${form(signed('POST', running.accessKey, { ...fields, EncryptionContext }))}`
  expect((await send(running, { path: url, headers: {} })).status).toBe(200)
  expect(await send(running, { body: `a=${'x'.repeat(200_000)}` })).toMatchObject({
    status: 413,
    body: { Code: 'RequestTooLarge' },
  })
  expect(await send(running, { path: `/?a=${'x'.repeat(70_000)}` })).toMatchObject({
    status: 431,
    body: { Code: 'HeaderTooLarge' },
  })
  expect((await call(running, { Action: 'ListKeys' })).status).toBe(200)
})

it.each([
  'GARBAGE\r\n\r\n',
  'GET / HTTP/9.9\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n',
  'POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n',
])('answers %j, which is not HTTP, with JSON, and closes', async (text) => {
  expect(bodyOf(await raw(await start(), text))).toMatchObject({ Code: 'ParseRequestParameterException' })
})

it.each([
  ['says nothing', ''],
  ['stops in the headers', 'POST / HTTP/1.1\r\nhost: a\r\nx-'],
  ['stops in the body', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nAction=Enc'],
])('cuts a client off that %s', async (_name, text) => {
  const received = await raw(await start({ requestTimeoutMs: 200 }), text)
  expect(received).toContain(' 408 ')
  expect(bodyOf(received)).toMatchObject({ Code: 'RequestTimeout' })
})

it('reads no request out of the body of another', async () => {
  const running = await start()
  const smuggled =
    'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n'
  const received = await raw(running, smuggled)
  expect(received.match(/HTTP\/1\.1 /g)?.length).toBe(1)
  expect(received).toContain(' 400 ')
})

it('serves several requests over one connection', async () => {
  const running = await start()
  const one = (): string => {
    const body = form(signed('POST', running.accessKey, { Action: 'DescribeRegions' }))
    const head = `POST / HTTP/1.1\r\nhost: a\r\ncontent-type: ${FORM['content-type']}\r\ncontent-length: ${body.length}`
    return `${head}\r\n\r\n${body}`
  }
  const last = one().replace('host: a', 'host: a\r\nconnection: close')
  const received = await raw(running, one() + one() + last)
  expect(received.match(/HTTP\/1\.1 200 /g)?.length).toBe(3)
  expect(received).toMatch(/keep-alive: timeout=\d+/i)
})

it('lets what is under way finish when it is closed, and takes nothing new', async () => {
  const running = await start()
  const body = form(signed('POST', running.accessKey, { Action: 'CreateKey' }))
  const head = `POST / HTTP/1.1\r\nhost: a\r\ncontent-type: ${FORM['content-type']}\r\ncontent-length: ${body.length}`
  const socket = connect(running.server.port, running.server.host)
  socket.setEncoding('utf8')
  await new Promise<void>((resolve) => socket.write(`${head}\r\n\r\n${body.slice(0, 9)}`, () => resolve()))
  await call(running, { Action: 'ListKeys' })
  const closed = running.server[Symbol.asyncDispose]()
  const answered = new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(String(chunk))))
  socket.write(body.slice(9))
  expect(await answered).toMatch(/^HTTP\/1\.1 200 /)
  await closed
  await expect(call(running, { Action: 'ListKeys' })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

it('tells of each request its action and fault, and no value in any answer that refuses', async () => {
  const running = await start()
  const canary = 'Q0FOQVJZLTEzODAwMTM4MDAw'
  const refused = [
    await call(running, { Action: 'Encrypt', KeyId: canary, Plaintext: canary }),
    await call(running, { Action: 'Decrypt', CiphertextBlob: canary, EncryptionContext: canary }),
    await call(running, { Action: canary, Plaintext: canary }),
    await call(running, { Action: 'Encrypt', KeyId: 'alias/one', Plaintext: canary, DryRun: canary }),
    await send(running, { body: `Plaintext=${canary}` }),
    await send(running, { path: `/${canary}?Plaintext=${canary}` }),
  ]
  expect(refused.map(({ status }) => status).every((status) => status >= 400)).toBe(true)
  expect(JSON.stringify(refused)).not.toContain(canary)
  expect(running.log.slice(0, 2)).toEqual(['Encrypt Forbidden.KeyNotFound', 'Decrypt InvalidParameter'])
})

async function startAudited() {
  const folder = scratchFolder()
  const kms = new LocalKms({ folder, rootKey: { keyFile: join(folder, 'key') }, createKeys: ['alias/one'] })
  const service = await kms.open()
  const audit = await service.openAuditLog()
  const server = await startKmsServer({ service, audit })
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]()
    await audit[Symbol.asyncDispose]()
    await kms[Symbol.asyncDispose]()
  })
  const path = join(folder, 'audit.log')
  const events = (): Record<string, unknown>[] =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line.slice(65)))
  return { running: { server, accessKey: await service.createAccessKey(), log: [] }, service, path, events }
}

it('audits every request, refused ones too, without any value', async () => {
  const { running, service, path, events } = await startAudited()
  const canary = 'Q0FOQVJZLTEzODAwMTM4MDAw'
  await call(running, {
    Action: 'Encrypt',
    KeyId: 'alias/one',
    Plaintext: canary,
    EncryptionContext: `{"a":"${canary}"}`,
  })
  await call(running, { Action: 'Encrypt', KeyId: canary, Plaintext: canary })
  await call(running, { Action: canary })
  await call({ ...running, accessKey: { ...running.accessKey, secret: canary } }, { Action: 'ListKeys' })
  await send(running, { body: `Plaintext=${canary}&AccessKeyId=${canary}&Signature=${canary}&KeyId=${canary}` })
  await send(running, { path: `/${canary}`, headers: { 'user-agent': canary } })
  await send(running, { method: 'DELETE' })
  const { id: accessKeyId } = running.accessKey
  const known = { userIdentity: { type: 'access-key', accessKeyId } }
  expect(events()).toMatchObject([
    { eventName: 'Encrypt', resourceName: 'alias/one', requestId: expect.stringMatching(/^[0-9A-F-]{36}$/), ...known },
    { eventName: 'Encrypt', errorCode: 'Forbidden.KeyNotFound', ...known },
    { eventName: '', errorCode: 'UnsupportedOperation', ...known },
    { errorCode: 'SignatureDoesNotMatch', userIdentity: { type: 'claimed', accessKeyId } },
    { errorCode: 'MissingParameter', sourceIpAddress: '127.0.0.1' },
    { errorCode: 'NotFound' },
    { errorCode: 'UnsupportedHTTPMethod' },
  ])
  // Who signs nothing may claim any access key id.
  const log = readFileSync(path, 'utf8').replaceAll(`"claimed","accessKeyId":"${canary}"`, '')
  expect(log).not.toContain(canary)
  expect(log).not.toContain(running.accessKey.secret)
  expect(await service.verifyAuditLog()).toEqual({ events: 7, torn: false })
})

it('gives nothing away that it cannot audit', async () => {
  const { running, path } = await startAudited()
  expect((await call(running, { Action: 'GenerateDataKey', KeyId: 'alias/one' })).status).toBe(200)
  renameSync(path, `${path}.away`)
  const refused = await call(running, { Action: 'GenerateDataKey', KeyId: 'alias/one' })
  expect(refused).toMatchObject({ status: 503, body: { Code: 'ServiceUnavailableTemporary' } })
  expect(refused.body['Plaintext']).toBeUndefined()
  renameSync(`${path}.away`, path)
  expect((await call(running, { Action: 'GenerateDataKey', KeyId: 'alias/one' })).status).toBe(200)
})

it('refuses what is beyond its quotas, kind by kind, until the next second', async () => {
  let time = Date.now()
  const running = await start({ quotas: { crypto: 3, createKey: 1 }, now: () => new Date(time) })
  const encrypt = { Action: 'Encrypt', KeyId: 'alias/one', Plaintext: plaintext }
  const statuses = async (fields: Fields, times: number): Promise<number[]> => {
    const answers: number[] = []
    for (let count = 0; count < times; count++) answers.push((await call(running, fields)).status)
    return answers
  }
  expect(await statuses(encrypt, 5)).toEqual([200, 200, 200, 429, 429])
  expect((await call(running, encrypt)).body).toMatchObject({
    Code: 'Rejected.Throttling',
    Message: 'QPS Limit Exceeded',
  })
  expect(await statuses({ Action: 'CreateKey' }, 2)).toEqual([200, 429])
  expect(await statuses({ Action: 'ListKeys' }, 3)).toEqual([200, 200, 200])
  time += 1000
  expect(await statuses(encrypt, 1)).toEqual([200])
})

it('reads quotas of kinds that there are', () => {
  expect(parseQuota('crypto=100')).toEqual({ crypto: 100 })
  for (const none of ['', 'crypto', 'crypto=', 'crypto=-1', 'crypto=1e3', 'constructor=1', 'other=1']) {
    expect(() => parseQuota(none)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  }
})

it('answers whatever it is sent in JSON, and never as its own failure', async () => {
  const running = await start()
  const names = [
    'KeyId',
    'Plaintext',
    'CiphertextBlob',
    'EncryptionContext',
    'NumberOfBytes',
    'Tags',
    'TagKeys',
    'AliasName',
  ]
  const more = [
    'PageNumber',
    'PageSize',
    'PublicKeyBlob',
    'RotationInterval',
    'EnableAutomaticRotation',
    'KeyVersionId',
  ]
  const sound = [
    'alias/one',
    plaintext,
    '{"a":"b"}',
    '1',
    'true',
    '[]',
    '[{"TagKey":"a"}]',
    'RSA_2048',
    'RSAES_OAEP_SHA_256',
  ]
  const value = fc.oneof(fc.constantFrom(...sound), fc.string({ unit: 'grapheme', maxLength: 40 }), fc.base64String())
  const fields = fc.dictionary(fc.constantFrom(...names, ...more, 'Format', 'Description', 'WrappingAlgorithm'), value)
  const action = fc.constantFrom(...operations.keys())
  await fc.assert(
    fc.asyncProperty(action, fields, async (Action, given) => {
      const Format = given['Format'] === 'XML' ? 'JSON' : (given['Format'] ?? 'JSON')
      const { status, body } = await call(running, { Action, ...given, Format })
      expect(body['RequestId']).toMatch(/^[0-9A-F-]{36}$/)
      expect(status).toBeLessThan(500)
    }),
    { numRuns: 500 },
  )
}, 60_000)

it('listens on loopback unless it is told that others may come', async () => {
  const folder = scratchFolder()
  await using kms = new LocalKms({ folder, rootKey: { keyFile: join(folder, 'key') } })
  const service = await kms.open()
  await expect(startKmsServer({ service, host: '0.0.0.0' })).rejects.toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT' }),
  )
  await using server = await startKmsServer({ service })
  await expect(startKmsServer({ service, port: server.port })).rejects.toThrow(expect.objectContaining({ code: 'IO' }))
})
