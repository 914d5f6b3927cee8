import type { AccessKey } from '@parasol/kms-local'
import { expect, it } from 'vitest'
import { type Acs3Request, signAcs3 } from '../src/acs3-signature.js'
import { RequestVerifier } from '../src/request-signature.js'

const accessKey: AccessKey = { id: 'testid', secret: 'testsecret' }
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const fault = (code: string) => expect.objectContaining({ fault: code })

// Published in Alibaba Cloud's description of the V3 signature.
it('computes the published signature', () => {
  const headers = new Map([
    ['host', 'ecs.cn-shanghai.aliyuncs.com'],
    ['x-acs-action', 'RunInstances'],
    ['x-acs-content-sha256', EMPTY_SHA256],
    ['x-acs-date', '2023-10-26T10:22:32Z'],
    ['x-acs-signature-nonce', '3156853299f313e23d1673dc12e1703d'],
    ['x-acs-version', '2014-05-26'],
  ])
  const query = new Map([
    ['RegionId', 'cn-shanghai'],
    ['ImageId', 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd'],
  ])
  const request = { method: 'POST', query, headers, body: new Uint8Array() }
  expect(signAcs3(request, [...headers.keys()], 'YourAccessKeySecret').toString('hex')).toBe(
    '06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
  )
})

const common = {
  host: '127.0.0.1:7600',
  'x-acs-action': 'Encrypt',
  'x-acs-content-sha256': EMPTY_SHA256,
  'x-acs-date': '2026-01-01T00:00:00Z',
  'x-acs-signature-nonce': 'n',
  'x-acs-version': '2016-01-20',
}

function signed(changed: Readonly<Record<string, string>> = {}, names?: readonly string[]): Acs3Request {
  const headers = new Map(Object.entries({ ...common, ...changed }))
  const query = new Map([['KeyId', 'alias/客户 *~']])
  const request = { method: 'POST', query, headers, body: new Uint8Array() }
  const signedHeaders = names ?? [...headers.keys()].sort()
  const signature = signAcs3(request, signedHeaders, accessKey.secret).toString('hex')
  const parts = `Credential=${accessKey.id},SignedHeaders=${signedHeaders.join(';')},Signature=${signature}`
  return { ...request, headers: headers.set('authorization', `ACS3-HMAC-SHA256 ${parts}`) }
}

const verifier = (): RequestVerifier =>
  new RequestVerifier({
    accessKey: (id) => (id === accessKey.id ? accessKey : undefined),
    now: () => new Date('2026-01-01T00:00:00Z'),
  })

it('accepts what was signed, once', () => {
  const once = verifier()
  const request = signed()
  once.verifyAcs3(request)
  expect(() => once.verifyAcs3(request)).toThrow(fault('SignatureNonceUsed'))
})

it('refuses a request of which the method, query, body or any header was changed', () => {
  const sound = signed()
  const changes: Acs3Request[] = [
    { ...sound, method: 'GET' },
    { ...sound, query: new Map([['KeyId', 'alias/other']]) },
    { ...sound, query: new Map([...sound.query, ['DryRun', 'true']]) },
    { ...sound, body: Buffer.from('KeyId=alias/other') },
    ...Object.keys(common).map((name) => ({ ...sound, headers: new Map(sound.headers).set(name, 'changed') })),
    ...Object.keys(common).map((name) => ({ ...sound, headers: without(sound.headers, name) })),
    { ...sound, headers: new Map(sound.headers).set('x-acs-other', 'added') },
  ]
  for (const request of changes) expect(() => verifier().verifyAcs3(request)).toThrow()
  expect(() => verifier().verifyAcs3(sound)).not.toThrow()
})

it.each(Object.keys(common))('refuses a signature that leaves %s out', (left) => {
  const names = Object.keys(common).filter((name) => name !== left)
  expect(() => verifier().verifyAcs3(signed({}, names))).toThrow(fault('IncompleteSignature'))
})

it('refuses another clock, another date format and an unknown access key', () => {
  expect(() => verifier().verifyAcs3(signed({ 'x-acs-date': '2026-01-01T00:15:01Z' }))).toThrow(
    fault('IllegalTimestamp'),
  )
  expect(() => verifier().verifyAcs3(signed({ 'x-acs-date': 'now' }))).toThrow(fault('InvalidParameter'))
  const nobody = new RequestVerifier({ accessKey: () => undefined })
  expect(() => nobody.verifyAcs3(signed())).toThrow(fault('InvalidAccessKeyId.NotFound'))
})

it('asks for the access key with the security token, which must be signed', () => {
  const withToken = signed({ 'x-acs-security-token': 'token' })
  const asked: unknown[] = []
  const now = (): Date => new Date('2026-01-01T00:00:00Z')
  const listening = new RequestVerifier({
    now,
    accessKey: (...names) => (asked.push(names) > 0 && accessKey) || undefined,
  })
  listening.verifyAcs3(withToken)
  expect(asked).toEqual([[accessKey.id, 'token']])
})

it.each(['', 'ACS3-HMAC-SHA256 ', 'ACS3-HMAC-SHA256 Credential=a', 'Bearer x', `ACS3-HMAC-SHA256 ${'x'.repeat(9999)}`])(
  'refuses the authorization %j',
  (authorization) => {
    const request = signed()
    const headers = new Map(request.headers).set('authorization', authorization)
    expect(() => verifier().verifyAcs3({ ...request, headers })).toThrow(fault('IncompleteSignature'))
  },
)

function without(headers: ReadonlyMap<string, string>, name: string): Map<string, string> {
  return new Map([...headers].filter(([other]) => other !== name))
}
