import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  change,
  closeBeforeHeaders,
  gzip,
  hang,
  html,
  redirect,
  redirectWithJson,
  refuse,
  resetAfterHeaders,
  resetBeforeHeaders,
  say,
  stall,
  trickle,
  truncatedJson,
} from './behaviours.js'
import { answer, type Behaviour, type ScriptedServer, startScriptedServer, transports } from './scripted-server.js'

describe.each(transports)('over transport %s', (transport) => {
  let server: ScriptedServer
  beforeAll(async () => {
    server = await startScriptedServer({ transport })
  })
  afterAll(() => server[Symbol.asyncDispose]())
  beforeEach(() => server.always(answer))

  const text = Buffer.from('13800138000')
  const context = { row: '7' }

  /** What comes right by itself, and the code that it has when it does not. */
  const transient: readonly [name: string, fault: Behaviour, code: string][] = [
    ['503 with a code of the service', refuse(503, 'ServiceUnavailableTemporary'), 'KMS_UNAVAILABLE'],
    ['500 with a code of the service', refuse(500, 'InternalFailure'), 'KMS_UNAVAILABLE'],
    ['502 with a code that nobody knows', refuse(502, 'BadGateway'), 'KMS_UNAVAILABLE'],
    ['500 without a code', say(500, '{}'), 'KMS_UNAVAILABLE'],
    ['503 with HTML', html(503), 'KMS_PROTOCOL'],
    ['200 with HTML', html(200), 'KMS_PROTOCOL'],
    ['404 without a code', say(404, '{}'), 'KMS_PROTOCOL'],
    ['429 Rejected.Throttling', refuse(429, 'Rejected.Throttling'), 'THROTTLED'],
    ['400 Throttling.User', refuse(400, 'Throttling.User'), 'THROTTLED'],
    ['429 without a code', say(429, '{}'), 'THROTTLED'],
    ['a nonce used twice', refuse(400, 'SignatureNonceUsed'), 'KMS_UNAVAILABLE'],
    ['a reset before the headers', resetBeforeHeaders, 'KMS_UNAVAILABLE'],
    ['a close before the headers', closeBeforeHeaders, 'KMS_UNAVAILABLE'],
    ['a reset within the body', resetAfterHeaders, 'KMS_UNAVAILABLE'],
    ['truncated JSON', truncatedJson, 'KMS_PROTOCOL'],
    ['an empty body', say(200, ''), 'KMS_PROTOCOL'],
    ['a body that is no HTTP', ({ response }) => response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n\r\n'), 'KMS_PROTOCOL'],
    ['gzip that nobody asked for', gzip, 'KMS_PROTOCOL'],
    ['302 without a body', redirect, 'KMS_PROTOCOL'],
    ['302 with JSON', redirectWithJson, 'KMS_PROTOCOL'],
    ['{}', say(200, '{}'), 'KMS_PROTOCOL'],
    ['[]', say(200, '[]'), 'KMS_PROTOCOL'],
    ['null', say(200, 'null'), 'KMS_PROTOCOL'],
    ['a refusal with 200', say(200, '{"Code":"Forbidden.KeyNotFound"}'), 'KMS_PROTOCOL'],
    ['an inherited name for a field', say(200, '{"__proto__":{"CiphertextBlob":"AAAA"}}'), 'KMS_PROTOCOL'],
    ['a ciphertext that is a number', change((body) => ({ ...body, CiphertextBlob: 5 })), 'KMS_PROTOCOL'],
    ['a ciphertext that is null', change((body) => ({ ...body, CiphertextBlob: null })), 'KMS_PROTOCOL'],
    ['an empty ciphertext', change((body) => ({ ...body, CiphertextBlob: '' })), 'KMS_PROTOCOL'],
    ['a ciphertext in base64url', change((body) => ({ ...body, CiphertextBlob: 'a-_b' })), 'KMS_PROTOCOL'],
  ]

  it.each(transient)('succeeds with the second request after %s', async (_name, fault) => {
    const before = server.requests.length
    server.script(fault)
    const ciphertext = await server.kms().encrypt('alias/one', text, context)
    expect(server.requests.length - before).toBe(2)
    expect(Buffer.from(await server.fake.decrypt(ciphertext, context))).toEqual(text)
  })

  it.each(transient)('says after the last attempt that %s stayed', async (_name, fault, code) => {
    const before = server.requests.length
    server.always(fault)
    const kms = server.kms({ maxAttempts: 3 })
    await expect(kms.encrypt('alias/one', text, context)).rejects.toMatchObject({ code, retryable: true })
    expect(server.requests.length - before).toBe(3)
  })

  it.each([
    ['no answer', hang],
    ['half an answer', stall],
    ['an answer that trickles in', trickle],
  ])('succeeds with the second request after %s within the limit of an attempt', async (_name, fault) => {
    const before = server.requests.length
    server.script(answer, fault)
    const kms = server.kms({ attemptTimeoutMs: 700 })
    await kms.encrypt('alias/one', text, context)
    const ciphertext = await kms.encrypt('alias/one', text, context)
    expect(server.requests.length - before).toBe(3)
    expect(Buffer.from(await server.fake.decrypt(ciphertext, context))).toEqual(text)
  })

  it.each([
    ['is missing', { Plaintext: undefined }],
    ['is no string', { Plaintext: { length: 4 } }],
    ['lacks its padding', { Plaintext: 'QUI' }],
    ['has bits left over', { Plaintext: 'QUJ=' }],
    ['has other bits left over', { Plaintext: 'QR==' }],
    ['has padding in the middle', { Plaintext: 'QQ==QUJD' }],
    ['has a line end', { Plaintext: 'QUJD\nQUJD' }],
  ])('asks again for a plaintext that %s', async (_name, wrong) => {
    const blob = await server.fake.encrypt('alias/one', text, context)
    const before = server.requests.length
    server.script(change((body) => ({ ...body, ...wrong })))
    expect(Buffer.from(await server.kms().decrypt(blob, context))).toEqual(text)
    expect(server.requests.length - before).toBe(2)
  })

  it.each([0, 16, 31, 33, 64])('asks again for a data key when it gets one of %i bytes', async (length) => {
    const before = server.requests.length
    server.script(change((body) => ({ ...body, Plaintext: Buffer.alloc(length, 1).toString('base64') })))
    using key = await server.kms().generateDataKey('alias/one', context)
    expect(server.requests.length - before).toBe(2)
    expect(key.plaintext.length).toBe(32)
    expect(Buffer.from(await server.fake.decrypt(key.wrapped, context))).toEqual(Buffer.from(key.plaintext))
  })

  it('asks again for a data key that comes without its wrapped form', async () => {
    const before = server.requests.length
    server.script(change(({ Plaintext }) => ({ Plaintext })))
    using key = await server.kms().generateDataKey('alias/one', context)
    expect(server.requests.length - before).toBe(2)
    expect(key.wrapped.length).toBeGreaterThan(32)
  })

  it('says that a KMS which is not there cannot be reached', async () => {
    const gone = await startScriptedServer({ transport })
    await gone[Symbol.asyncDispose]()
    const error = expect.objectContaining({ code: 'KMS_UNAVAILABLE', reason: 'ECONNREFUSED', retryable: true })
    await expect(gone.kms({ maxAttempts: 2 }).encrypt('alias/one', text, context)).rejects.toThrow(error)
  })

  it('says that a server without TLS cannot be reached over https', async () => {
    const kms = server.kms({ protocol: 'https', maxAttempts: 1 })
    await expect(kms.encrypt('alias/one', text, context)).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
  })
})
