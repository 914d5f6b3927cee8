import { CryptoError, type CryptoErrorCode } from '@parasol/core'
import { FailoverKms } from '@parasol/kms-failover'
import { FakeKms, ReEncryptingFakeKms } from '@parasol/testing'
import { expect, it } from 'vitest'
import { AwayKms } from './away-kms.js'

const KEY = 'alias/one'
const CONTEXT = { purpose: 'test' }
const SECRET = Buffer.from('13800138000')
const down = (code: CryptoErrorCode = 'KMS_UNAVAILABLE') => new CryptoError(code, 'on purpose')

function setup(breaker: { breakAfter?: number; breakForMs?: number; now?: () => number } = {}) {
  const [first, second] = [new FakeKms(), new FakeKms()]
  const kms = new FailoverKms({
    first: { name: 'first', kms: first },
    fallback: [{ name: 'second', kms: second, keyId: 'alias/elsewhere' }],
    ...breaker,
  })
  return { first, second, kms }
}

it('adds nothing to what the first KMS encrypts, so that it opens without the failover', async () => {
  const { first, kms } = setup()
  const ciphertext = await kms.encrypt(KEY, SECRET, CONTEXT)
  expect(Buffer.from(await first.decrypt(ciphertext, CONTEXT))).toEqual(SECRET)
  using key = await kms.generateDataKey(KEY, CONTEXT)
  expect(Buffer.from(await first.decrypt(key.wrapped, CONTEXT))).toEqual(Buffer.from(key.plaintext))
})

it.each<CryptoErrorCode>(['KMS_UNAVAILABLE', 'TIMEOUT', 'THROTTLED', 'KMS_PROTOCOL'])(
  'takes the second KMS, and its own key there, when the first fails with %s',
  async (code) => {
    const { first, second, kms } = setup()
    first.failNext(down(code), 2)
    const ciphertext = await kms.encrypt(KEY, SECRET, CONTEXT)
    using key = await kms.generateDataKey(KEY, CONTEXT)
    expect(second.calls).toMatchObject({ encrypt: 1, generateDataKey: 1 })
    expect(Buffer.from(ciphertext).includes('alias/elsewhere')).toBe(true)
    expect(Buffer.from(await kms.decrypt(ciphertext, CONTEXT))).toEqual(SECRET)
    expect(Buffer.from(await kms.decrypt(key.wrapped, CONTEXT))).toEqual(Buffer.from(key.plaintext))
    expect(first.calls.decrypt).toBe(0)
    expect(kms.stats()).toMatchObject({ failovers: 2 })
  },
)

it.each<CryptoErrorCode>(['ACCESS_DENIED', 'KEY_UNUSABLE', 'KEY_NOT_FOUND', 'UNAUTHENTICATED', 'ABORTED'])(
  'does not pass over a first KMS that refuses with %s',
  async (code) => {
    const { first, second, kms } = setup()
    first.failNext(down(code))
    await expect(kms.encrypt(KEY, SECRET, CONTEXT)).rejects.toMatchObject({ code })
    expect(second.calls.encrypt).toBe(0)
  },
)

it('asks the KMS that made a ciphertext, and no other, to decrypt it', async () => {
  const { first, second, kms } = setup()
  const ofFirst = await kms.encrypt(KEY, SECRET, CONTEXT)
  first.failNext(down())
  await expect(kms.decrypt(ofFirst, CONTEXT)).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
  expect(second.calls.decrypt).toBe(0)
})

it('gives the failure of the first KMS if none can', async () => {
  const { first, second, kms } = setup()
  first.failNext(down('TIMEOUT'))
  second.failNext(down('THROTTLED'))
  await expect(kms.encrypt(KEY, SECRET, CONTEXT)).rejects.toMatchObject({ code: 'TIMEOUT' })
})

it('leaves the first KMS alone after some failures, and asks it again after the pause', async () => {
  let time = 0
  const away = new AwayKms()
  const second = new FakeKms()
  const kms = new FailoverKms({
    first: { name: 'first', kms: away },
    fallback: [{ name: 'second', kms: second }],
    breakAfter: 3,
    breakForMs: 1000,
    now: () => time,
  })
  for (let call = 0; call < 100; call++) await kms.encrypt(KEY, SECRET, CONTEXT)
  expect(away.calls).toBe(3)
  expect(kms.stats()).toEqual({
    failovers: 100,
    members: {
      first: { calls: 3, failures: 3, circuitOpen: 1 },
      second: { calls: 100, failures: 0, circuitOpen: 0 },
    },
  })
  time = 1000
  for (let call = 0; call < 100; call++) await kms.encrypt(KEY, SECRET, CONTEXT)
  expect(away.calls).toBe(4)
})

it('returns to the first KMS when it is back', async () => {
  let time = 0
  const { first, second, kms } = setup({ breakAfter: 1, breakForMs: 1000, now: () => time })
  first.failNext(down())
  await kms.encrypt(KEY, SECRET, CONTEXT)
  await kms.encrypt(KEY, SECRET, CONTEXT)
  expect([first.calls.encrypt, second.calls.encrypt]).toEqual([1, 2])
  time = 1001
  await kms.encrypt(KEY, SECRET, CONTEXT)
  expect([first.calls.encrypt, second.calls.encrypt]).toEqual([2, 2])
})

it.each([
  ['a name that there is not', Buffer.concat([Buffer.from('parasol:kms:\x03new'), Buffer.alloc(60)])],
  ['an empty name', Buffer.concat([Buffer.from('parasol:kms:\x00'), Buffer.alloc(60)])],
  ['the name of the first', Buffer.concat([Buffer.from('parasol:kms:\x05first'), Buffer.alloc(60)])],
  ['a name that goes on after the end', Buffer.from('parasol:kms:\xffsecond', 'latin1')],
  ['a name that is not UTF-8', Buffer.from('parasol:kms:\x01\xff1234', 'latin1')],
  ['no name', Buffer.from('parasol:kms:')],
  ['nothing', Buffer.alloc(0)],
])('refuses a ciphertext with %s like any damage', async (_, ciphertext) => {
  const { kms } = setup()
  await expect(kms.decrypt(ciphertext, CONTEXT)).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
})

it('refuses every truncation and every bit flip of what the second KMS encrypted', async () => {
  const { first, kms } = setup()
  first.failNext(down())
  const ciphertext = await kms.encrypt(KEY, SECRET, CONTEXT)
  const flips = Array.from({ length: ciphertext.length * 8 }, (_, bit) => {
    const flipped = Uint8Array.from(ciphertext)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    return flipped
  })
  const cuts = Array.from({ length: ciphertext.length }, (_, length) => ciphertext.subarray(0, length))
  for (const changed of [...flips, ...cuts]) {
    await expect(kms.decrypt(changed, CONTEXT)).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
  }
})

it('takes the smallest limit of its KMS', () => {
  const small = Object.assign(new AwayKms(), { maxPlaintextBytes: 100 })
  const kms = new FailoverKms({
    first: { name: 'a', kms: new FakeKms() },
    fallback: [{ name: 'b', kms: small }],
  })
  expect(kms.maxPlaintextBytes).toBe(100)
})

it.each([
  ['no fallback', ['a']],
  ['a name twice', ['a', 'b', 'a']],
  ['an empty name', ['a', '']],
  ['a name that is too long', ['a', 'b'.repeat(256)]],
  ['a name that is not well-formed', ['a', '\ud800']],
])('does not begin with %s', (_, names) => {
  const [first, ...fallback] = names.map((name) => ({ name, kms: new AwayKms() }))
  expect(() => new FailoverKms({ first: first as NonNullable<typeof first>, fallback })).toThrow(
    expect.objectContaining({ code: 'INVALID_CONFIG' }),
  )
})

it('lets the first KMS re-encrypt what it encrypted, and brings home by other means what another did', async () => {
  const [first, second] = [new ReEncryptingFakeKms(), new ReEncryptingFakeKms()]
  const kms = new FailoverKms({
    first: { name: 'first', kms: first, keyId: 'alias/here' },
    fallback: [{ name: 'second', kms: second }],
  })
  const renewed = await kms.reEncrypt(await kms.encrypt(KEY, SECRET, CONTEXT), KEY, CONTEXT)
  expect(Buffer.from(renewed).includes('alias/here')).toBe(true)
  expect(Buffer.from(await kms.decrypt(renewed, CONTEXT))).toEqual(SECRET)
  first.failNext(down())
  const elsewhere = await kms.encrypt(KEY, SECRET, CONTEXT)
  await expect(kms.reEncrypt(elsewhere, KEY, CONTEXT)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  expect(second.calls.decrypt).toBe(0)
})

it('says of a KMS that does not re-encrypt that it does not', async () => {
  const { kms } = setup()
  const ciphertext = await kms.encrypt(KEY, SECRET, CONTEXT)
  await expect(kms.reEncrypt(ciphertext, KEY, CONTEXT)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
})
