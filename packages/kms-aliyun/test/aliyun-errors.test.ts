import { afterAll, beforeAll, expect, it } from 'vitest'
import { toCryptoError } from '../src/aliyun-errors.js'
import { refuse } from './behaviours.js'
import { REQUEST_ID } from './honest-answer.js'
import { type ScriptedServer, startScriptedServer } from './scripted-server.js'

let server: ScriptedServer
beforeAll(async () => {
  server = await startScriptedServer({ transport: 'official' })
})
afterAll(() => server[Symbol.asyncDispose]())

const text = Buffer.from('13800138000')
const context = { row: '7' }

it.each([
  [404, 'InvalidAccessKeyId.NotFound', 'UNAUTHENTICATED'],
  [400, 'SignatureDoesNotMatch', 'UNAUTHENTICATED'],
  [400, 'IncompleteSignature', 'UNAUTHENTICATED'],
  [400, 'IllegalTimestamp', 'UNAUTHENTICATED'],
  [400, 'InvalidTimeStamp.Expired', 'UNAUTHENTICATED'],
  [403, 'InvalidSecurityToken.Expired', 'UNAUTHENTICATED'],
  [403, 'Forbidden.AccessKey', 'UNAUTHENTICATED'],
  [401, 'SomethingNew', 'UNAUTHENTICATED'],
  [403, 'Forbidden.NoPermission', 'ACCESS_DENIED'],
  [403, 'Forbidden.InDebt', 'ACCESS_DENIED'],
  [403, 'Forbidden.KmsServiceNotEnabled', 'ACCESS_DENIED'],
  [403, 'Forbidden', 'ACCESS_DENIED'],
  [403, 'NoPermission', 'ACCESS_DENIED'],
  [400, 'Rejected.LimitExceeded', 'ACCESS_DENIED'],
  [400, 'SomethingNew', 'ACCESS_DENIED'],
  [403, 'constructor', 'ACCESS_DENIED'],
  [404, 'Forbidden.KeyNotFound', 'KEY_NOT_FOUND'],
  [404, 'Forbidden.AliasNotFound', 'KEY_NOT_FOUND'],
  [404, 'Forbidden.KeyVersionNotFound', 'KEY_NOT_FOUND'],
  [409, 'Rejected.Disabled', 'KEY_UNUSABLE'],
  [409, 'Rejected.PendingDeletion', 'KEY_UNUSABLE'],
  [409, 'Rejected.PendingImport', 'KEY_UNUSABLE'],
  [409, 'Rejected.Unavailable', 'KEY_UNUSABLE'],
  [400, 'InvalidParameter', 'INVALID_INPUT'],
  [400, 'MissingParameter', 'INVALID_INPUT'],
  [400, 'UnsupportedOperation', 'UNSUPPORTED'],
  [400, 'Unsupported.Alias', 'UNSUPPORTED'],
])('takes HTTP %i %s for %s, and asks once', async (status, reason, code) => {
  const before = server.requests.length
  server.script(refuse(status, reason))
  const message = `The KMS refused Encrypt: ${reason} (HTTP ${status}, request ${REQUEST_ID})`
  await expect(server.kms().encrypt('alias/one', text, context)).rejects.toMatchObject({ code, reason, message })
  expect(server.requests.length - before).toBe(1)
})

it.each([
  [400, 'InvalidParameter'],
  [400, 'MissingParameter'],
  [400, 'UnsupportedOperation'],
  [404, 'Forbidden.KeyNotFound'],
  [404, 'Forbidden.KeyVersionNotFound'],
])('says of a ciphertext that the KMS refuses with HTTP %i %s only that decryption failed', async (status, reason) => {
  const before = server.requests.length
  server.script(refuse(status, reason))
  const error = await server
    .kms()
    .decrypt(Buffer.alloc(64), context)
    .catch((error: unknown) => error)
  expect({ ...Object(error) }).toEqual({ code: 'DECRYPTION_FAILED', retryable: false })
  expect(Object(error).message).toBe('Decryption failed')
  expect(server.requests.length - before).toBe(1)
})

it.each([
  [409, 'Rejected.Disabled', 'KEY_UNUSABLE'],
  [403, 'Forbidden.NoPermission', 'ACCESS_DENIED'],
  [400, 'SignatureDoesNotMatch', 'UNAUTHENTICATED'],
])('tells apart from that a decryption refused with HTTP %i %s', async (status, reason, code) => {
  server.script(refuse(status, reason))
  await expect(server.kms().decrypt(Buffer.alloc(64), context)).rejects.toMatchObject({ code, reason })
})

it.each([
  ['a string', 'https://kms/?Plaintext=MTM4MDAxMzgwMDA='],
  ['nothing', undefined],
  ['null', null],
  ['an error with a code that is a sentence', { code: 'Plaintext=MTM4MDAxMzgwMDA= is wrong' }],
  ['a refusal whose code is a sentence', { data: { Code: 'MTM4MDAxMzgwMDA= is wrong' }, message: 'x' }],
  ['a refusal without a status', { data: { Code: 'Forbidden' }, message: 'no status' }],
  ['a refusal by something else', { data: 'MTM4MDAxMzgwMDA=', message: 'MTM4MDAxMzgwMDA=' }],
  ['a broken parser', Object.assign(new Error('MTM4MDAxMzgwMDA='), { code: 'HPE_INVALID_CONSTANT' })],
])('repeats nothing of %s thrown by the client', (_name, thrown) => {
  const error = toCryptoError('Encrypt', thrown)
  expect(error).toMatchObject({ code: 'KMS_PROTOCOL', retryable: true })
  expect(error.message).toBe('The KMS answered Encrypt with something that is not an answer')
  expect(error.reason).toBeUndefined()
  expect(error.cause).toBeUndefined()
})

it('repeats neither code nor request id when they are not names', () => {
  const data = { Code: '13800138000 & more', RequestId: 'a sentence about 13800138000' }
  const error = toCryptoError('Encrypt', { data, message: 'xError: code: 503, 13800138000 requestid: 13800138000' })
  expect(error).toMatchObject({ code: 'KMS_UNAVAILABLE' })
  expect(error.message).toBe('The KMS refused Encrypt: no error code (HTTP 503)')
})

it.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_HAS_EXPIRED'])(
  'names the remedy for a certificate that is not trusted: %s',
  (code) => {
    const error = toCryptoError('Encrypt', Object.assign(new Error('https://kms/?Signature=x'), { code }))
    expect(error).toMatchObject({ code: 'KMS_UNAVAILABLE', reason: code })
    expect(error.message).toContain('NODE_EXTRA_CA_CERTS')
    expect(error.message).not.toContain('Signature')
  },
)
