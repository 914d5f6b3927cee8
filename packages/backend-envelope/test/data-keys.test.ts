import { EnvelopeProvider } from '@parasol/backend-envelope'
import { CryptoError, type CryptoErrorCode, type DataKey } from '@parasol/core'
import { FakeKms } from '@parasol/testing'
import { expect, it } from 'vitest'
import { KnownKeyKms } from './known-key-kms.js'
import { writeValue } from './specification.js'
import { bytesFor, CONTEXT, fieldFor, specFor } from './vector-set.js'

const PLAINTEXT = Buffer.from('13800138000')
const FIELDS = new Map([
  ['phone', PLAINTEXT],
  ['idCard', Buffer.from('11010519491231002X')],
])
const dataKey = bytesFor('data key', 32)
const over = (kms: FakeKms | KnownKeyKms) => new EnvelopeProvider({ kms, keyId: 'alias/parasol' })
const fails = (code: CryptoErrorCode) => ({ code })

it('makes one KMS call for a record of any number of fields, and one to open it', async () => {
  const kms = new FakeKms()
  const fields = new Map(Array.from({ length: 100 }, (_, n) => [`field ${n}`, PLAINTEXT]))
  const record = await over(kms).encryptRecord(fields, CONTEXT)
  expect(kms.calls).toEqual({ encrypt: 0, decrypt: 0, generateDataKey: 1 })
  await over(kms).decryptRecord(record, CONTEXT)
  expect(kms.calls).toEqual({ encrypt: 0, decrypt: 1, generateDataKey: 1 })
})

it('makes one KMS call for a value, and one to open it', async () => {
  const kms = new FakeKms()
  await over(kms).decrypt(await over(kms).encrypt(PLAINTEXT, CONTEXT), CONTEXT)
  expect(kms.calls).toEqual({ encrypt: 0, decrypt: 1, generateDataKey: 1 })
})

it('shows the KMS the purpose, and nothing else of the context', async () => {
  const kms = new KnownKeyKms(dataKey)
  const ciphertext = await over(kms).encrypt(PLAINTEXT, CONTEXT)
  await over(kms).decrypt(ciphertext, CONTEXT)
  await over(kms).rewrap(ciphertext, CONTEXT)
  expect(kms.calls.map(({ operation }) => operation)).toEqual(['generateDataKey', 'decrypt', 'decrypt', 'encrypt'])
  for (const { context } of kms.calls) expect(context).toEqual({ purpose: 'customer.phone' })
})

it('shows the KMS an empty context where there is no purpose', async () => {
  const kms = new KnownKeyKms(dataKey)
  await over(kms).encrypt(PLAINTEXT, { purpose: 'not the one that Cipher binds', row: '7' })
  expect(kms.calls.map(({ context }) => context)).toEqual([{}])
})

it.each([0, 1, 16, 31, 33, 64])('refuses a data key of %i bytes when it encrypts', async (length) => {
  const kms = new KnownKeyKms(bytesFor('wrong length', length))
  await expect(over(kms).encrypt(PLAINTEXT, CONTEXT)).rejects.toMatchObject(fails('KMS_PROTOCOL'))
  await expect(over(kms).encryptRecord(FIELDS, CONTEXT)).rejects.toMatchObject(fails('KMS_PROTOCOL'))
  expect(kms.handedOut.every(isDestroyed)).toBe(true)
})

it.each([0, 65_536])('refuses a wrapped key of %i bytes', async (length) => {
  const kms = new KnownKeyKms(dataKey, new Uint8Array(length))
  await expect(over(kms).encrypt(PLAINTEXT, CONTEXT)).rejects.toMatchObject(fails('KMS_PROTOCOL'))
  expect(kms.handedOut.every(isDestroyed)).toBe(true)
  const ciphertext = writeValue({ ...specFor('long', { dataKey }), ...fieldFor('long', PLAINTEXT) })
  await expect(over(kms).rewrap(ciphertext, CONTEXT)).rejects.toMatchObject(fails('KMS_PROTOCOL'))
})

it.each([0, 1, 16, 31, 33, 64])('fails to decrypt by a data key of %i bytes', async (length) => {
  const ciphertext = await over(new KnownKeyKms(dataKey)).encrypt(PLAINTEXT, CONTEXT)
  const wrong = Buffer.concat([dataKey, dataKey]).subarray(0, length)
  await expect(over(new KnownKeyKms(wrong)).decrypt(ciphertext, CONTEXT)).rejects.toMatchObject(
    fails('DECRYPTION_FAILED'),
  )
})

it('does not fill up a data key that is too short', async () => {
  const short = bytesFor('short', 16)
  const spec = specFor('filled up', { dataKey: Buffer.concat([short, Buffer.alloc(16)]) })
  const ciphertext = writeValue({ ...spec, ...fieldFor('filled up', PLAINTEXT) })
  await expect(over(new KnownKeyKms(short)).decrypt(ciphertext, CONTEXT)).rejects.toMatchObject(
    fails('DECRYPTION_FAILED'),
  )
})

it('fails to decrypt, and to rewrap, by another data key', async () => {
  const ciphertext = await over(new KnownKeyKms(dataKey)).encrypt(PLAINTEXT, CONTEXT)
  const kms = new KnownKeyKms(bytesFor('another', 32))
  await expect(over(kms).decrypt(ciphertext, CONTEXT)).rejects.toMatchObject(fails('DECRYPTION_FAILED'))
  await expect(over(kms).rewrap(ciphertext, CONTEXT)).rejects.toMatchObject(fails('DECRYPTION_FAILED'))
  expect(kms.calls.some(({ operation }) => operation === 'encrypt')).toBe(false)
})

const kmsErrors = [
  'KEY_NOT_FOUND',
  'KEY_UNUSABLE',
  'UNAUTHENTICATED',
  'ACCESS_DENIED',
  'THROTTLED',
  'TIMEOUT',
  'KMS_UNAVAILABLE',
  'KMS_PROTOCOL',
  'ABORTED',
] as const satisfies readonly CryptoErrorCode[]

it.each(kmsErrors)('passes %s of the KMS on as it is', async (code) => {
  const kms = new FakeKms()
  const ciphertext = await over(kms).encrypt(PLAINTEXT, CONTEXT)
  const error = new CryptoError(code, 'said the KMS', { reason: 'Its.Own.Code' })
  const calls = [
    () => over(kms).encrypt(PLAINTEXT, CONTEXT),
    () => over(kms).encryptRecord(FIELDS, CONTEXT),
    () => over(kms).decrypt(ciphertext, CONTEXT),
    () => over(kms).rewrap(ciphertext, CONTEXT),
  ]
  for (const call of calls) {
    kms.failNext(error)
    await expect(call()).rejects.toBe(error)
  }
})

it('destroys the data key when it has encrypted', async () => {
  const kms = new KnownKeyKms(dataKey)
  await over(kms).encrypt(PLAINTEXT, CONTEXT)
  await over(kms).encryptRecord(FIELDS, CONTEXT)
  expect(kms.handedOut.length).toBe(2)
  expect(kms.handedOut.every(isDestroyed)).toBe(true)
  expect(kms.plaintexts.every(isZero)).toBe(true)
})

it('leaves no data key in what the KMS gave it, opened or refused', async () => {
  const ciphertext = await over(new KnownKeyKms(dataKey)).encrypt(PLAINTEXT, CONTEXT)
  const kms = new KnownKeyKms(dataKey)
  await over(kms).decrypt(ciphertext, CONTEXT)
  await over(kms).rewrap(ciphertext, CONTEXT)
  await expect(over(kms).decrypt(ciphertext, {})).rejects.toMatchObject(fails('DECRYPTION_FAILED'))
  expect(kms.plaintexts.length).toBe(3)
  expect(kms.plaintexts.every(isZero)).toBe(true)
})

it.each([
  ['a plaintext of more than 64 MiB', new Uint8Array(64 * 1024 * 1024 + 1), CONTEXT, 'PLAINTEXT_TOO_LARGE'],
  ['a context that is too long', PLAINTEXT, { k: 'v'.repeat(8192) }, 'INVALID_INPUT'],
] as const)('refuses %s before it asks the KMS', async (_, plaintext, context, code) => {
  const kms = new FakeKms()
  await expect(over(kms).encrypt(plaintext, context)).rejects.toMatchObject(fails(code))
  await expect(over(kms).encryptRecord(new Map([['a', plaintext]]), context)).rejects.toMatchObject(fails(code))
  expect(kms.calls.generateDataKey).toBe(0)
})

it('counts the fields of a record together', async () => {
  const half = new Uint8Array(32 * 1024 * 1024)
  const fields = new Map([
    ['a', half],
    ['b', half],
    ['c', Uint8Array.of(1)],
  ])
  await expect(over(new FakeKms()).encryptRecord(fields, CONTEXT)).rejects.toMatchObject(fails('PLAINTEXT_TOO_LARGE'))
})

it.each([
  ['no key id', ''],
  ['a key id of 256 bytes', 'k'.repeat(256)],
  ['a key id of 86 Chinese characters', '钥'.repeat(86)],
  ['half a surrogate pair', 'alias/\ud800'],
])('refuses %s when it is made', (_, keyId) => {
  expect(() => new EnvelopeProvider({ kms: new FakeKms(), keyId })).toThrow(
    expect.objectContaining(fails('INVALID_CONFIG')),
  )
})

it('takes a key id of 255 bytes', async () => {
  const provider = new EnvelopeProvider({ kms: new FakeKms(), keyId: '钥'.repeat(85) })
  expect(await provider.decrypt(await provider.encrypt(PLAINTEXT, CONTEXT), CONTEXT)).toEqual(PLAINTEXT)
})

function isDestroyed(key: DataKey): boolean {
  try {
    return key.plaintext.length < 0
  } catch (error) {
    return CryptoError.is(error) && error.code === 'CLOSED'
  }
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}
