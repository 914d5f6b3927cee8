import { type AccessKey, signRequest } from '@parasol/kms-local'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { RequestVerifier } from '../src/request-signature.js'
import { type Fields, signed } from './signed.js'

const accessKey: AccessKey = { id: 'testid', secret: 'testsecret' }
const START = Date.parse('2026-01-01T00:00:00Z')
const fault = (code: string) => expect.objectContaining({ fault: code })
const at = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`

function verifierAt(now: () => number = () => START): RequestVerifier {
  return new RequestVerifier({
    accessKey: (id) => (id === accessKey.id ? accessKey : undefined),
    now: () => new Date(now()),
  })
}

const request = (fields: Fields = {}, method = 'POST'): Map<string, string> =>
  signed(method, accessKey, { Action: 'Encrypt', Timestamp: at(START), ...fields })

// Published in Alibaba Cloud's descriptions of the RPC signature, for KMS and for ECS.
it.each([
  [
    '41wk2SSX1GJh7fwnc5eqOfiJPFg=',
    { Action: 'CreateKey', Format: 'json', Timestamp: '2016-03-28T03:13:08Z', Version: '2016-01-20' },
  ],
  [
    'OLeaidS1JvxuMvnyHOwuJ+uX5qY=',
    {
      Action: 'DescribeRegions',
      Format: 'XML',
      Timestamp: '2016-02-23T12:46:24Z',
      Version: '2014-05-26',
      SignatureNonce: '3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf',
    },
  ],
])('computes the published signature %s', (expected, fields) => {
  const common = { AccessKeyId: 'testid', SignatureMethod: 'HMAC-SHA1', SignatureVersion: '1.0' }
  const parameters = new Map(Object.entries({ ...common, ...fields }))
  expect(signRequest('GET', parameters, 'testsecret').toString('base64')).toBe(expected)
})

it.each(['HMAC-SHA1', 'HMAC-SHA256'])('accepts what was signed by %s, over GET and over POST', (SignatureMethod) => {
  for (const method of ['GET', 'POST']) {
    const nasty = { EncryptionContext: `{"客户":"a+b &c=d%20~!*()'"}`, Empty: '' }
    expect(() => verifierAt().verify(method, request({ SignatureMethod, ...nasty }, method))).not.toThrow()
  }
})

it('refuses the signature of another method', () => {
  expect(() => verifierAt().verify('POST', request({}, 'GET'))).toThrow(fault('SignatureDoesNotMatch'))
})

it('refuses another secret, and an access key that is not there', () => {
  const wrong = signed('POST', { ...accessKey, secret: 'wrong' }, { Timestamp: at(START) })
  expect(() => verifierAt().verify('POST', wrong)).toThrow(fault('SignatureDoesNotMatch'))
  const unknown = signed('POST', { ...accessKey, id: 'unknown' }, { Timestamp: at(START) })
  expect(() => verifierAt().verify('POST', unknown)).toThrow(fault('InvalidAccessKeyId.NotFound'))
})

it('refuses a request of which any parameter was changed, added or removed', () => {
  const sound = request({ KeyId: 'alias/one', Plaintext: 'MTIz' })
  for (const name of sound.keys()) {
    if (name === 'Signature') continue
    for (const change of [`${sound.get(name)} `, '']) {
      const changed = new Map(sound).set(name, change)
      expect(() => verifierAt().verify('POST', changed), `${name} changed`).toThrow()
    }
    const without = new Map(sound)
    without.delete(name)
    expect(() => verifierAt().verify('POST', without), `${name} removed`).toThrow()
  }
  const added = new Map(sound).set('DryRun', 'true')
  expect(() => verifierAt().verify('POST', added)).toThrow(fault('SignatureDoesNotMatch'))
  expect(() => verifierAt().verify('POST', sound)).not.toThrow()
})

it('tells values from names: no two different sets of parameters sign alike', () => {
  const text = fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom('a', 'b', '&', '=', '%', '+', ' ', '/') })
  const sets = fc.dictionary(text, text, { minKeys: 1, maxKeys: 3, noNullPrototype: true })
  fc.assert(
    fc.property(sets, sets, (one, other) => {
      const same = JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort())
      const [first, second] = [one, other].map((set) => signRequest('POST', new Map(Object.entries(set)), 's'))
      expect(first?.equals(second ?? Buffer.alloc(0))).toBe(same)
    }),
  )
})

it.each(['AccessKeyId', 'Signature', 'SignatureMethod', 'SignatureVersion', 'Timestamp'])(
  'says that %s is missing',
  (name) => {
    const without = request()
    without.delete(name)
    const message = `The parameter "${name}" is needed but not provided.`
    expect(() => verifierAt().verify('POST', without)).toThrow(
      expect.objectContaining({ fault: 'MissingParameter', message }),
    )
  },
)

it.each([{ SignatureMethod: 'HMAC-MD5' }, { SignatureMethod: 'none' }, { SignatureVersion: '2.0' }])(
  'refuses %j',
  (fields) => {
    expect(() => verifierAt().verify('POST', request(fields))).toThrow(fault('IncompleteSignature'))
  },
)

it.each(['', 'AAAA', '====', `${'A'.repeat(27)}=`, 'A'.repeat(4096), '签名'])(
  'refuses the signature %j',
  (signature) => {
    expect(() => verifierAt().verify('POST', request().set('Signature', signature))).toThrow()
  },
)

it.each(['2026-01-01', '2026-13-01T00:00:00Z', 'yesterday', '2026-01-01T00:00:00+08:00', '1767225600'])(
  'refuses the time %j',
  (Timestamp) => {
    expect(() => verifierAt().verify('POST', request({ Timestamp }))).toThrow(fault('InvalidParameter'))
  },
)

it('accepts a clock that is 15 minutes off, either way, and not a second more', () => {
  const limit = 15 * 60_000
  for (const skew of [-limit, limit]) {
    expect(() => verifierAt().verify('POST', request({ Timestamp: at(START + skew) }))).not.toThrow()
  }
  for (const skew of [-limit - 1000, limit + 1000]) {
    const late = request({ Timestamp: at(START + skew) })
    expect(() => verifierAt().verify('POST', late)).toThrow(fault('IllegalTimestamp'))
  }
})

it('refuses a request that was sent before for as long as its time is right, even written otherwise', () => {
  let now = START
  const verifier = verifierAt(() => now)
  const sent = request({ Timestamp: at(START + 14 * 60_000) })
  verifier.verify('POST', sent)
  for (; now < START + 29 * 60_000; now += 30_000) {
    verifier.verify('POST', request({ Timestamp: at(now) }))
    expect(() => verifier.verify('POST', sent)).toThrow(fault('SignatureNonceUsed'))
    const reordered = new Map([...sent].reverse())
    expect(() => verifier.verify('POST', reordered)).toThrow(fault('SignatureNonceUsed'))
  }
  now += 60_000
  expect(() => verifier.verify('POST', sent)).toThrow(fault('IllegalTimestamp'))
})

it('accepts two different requests that drew the same nonce', () => {
  const verifier = verifierAt()
  const SignatureNonce = 'drawn twice'
  verifier.verify('POST', request({ SignatureNonce, KeyId: 'one' }))
  expect(() => verifier.verify('POST', request({ SignatureNonce, KeyId: 'two' }))).not.toThrow()
})

it('does not remember what it refused, so that nobody can block a request that is not his', () => {
  const verifier = verifierAt()
  const sound = request()
  expect(() => verifier.verify('POST', new Map(sound).set('Action', 'Decrypt'))).toThrow()
  expect(() => verifier.verify('POST', sound)).not.toThrow()
})
