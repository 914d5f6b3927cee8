import { EnvelopeProvider, inspectEnvelope } from '@parasol/backend-envelope'
import type { EncryptionContext, Kms } from '@parasol/core'
import { FakeKms } from '@parasol/testing'
import { expect, it } from 'vitest'
import { decodeGreenKey } from '../src/green-key.js'
import { KnownKeyKms } from './known-key-kms.js'
import { type WrappedKeySpec, writeGreenKey, writeValue } from './specification.js'
import { bytesFor, CONTEXT, fieldFor, specFor } from './vector-set.js'

const PLAINTEXT = Buffer.from('13800138000')
const over = (kms: Kms, keyId = 'alias/parasol') => new EnvelopeProvider({ kms, keyId })
const body = (ciphertext: Uint8Array) => ciphertext.subarray(inspectEnvelope(ciphertext).greenKeyBytes)
const wrappedKeysOf = (ciphertext: Uint8Array) =>
  decodeGreenKey(ciphertext)?.wrappedKeys.keys.map((key) => ({ ...key, bytes: Buffer.from(key.bytes) }))

it('touches the wrapped key alone: salt, commitment and data stay', async () => {
  const kms = new FakeKms()
  const before = await over(kms).encrypt(PLAINTEXT, CONTEXT)
  const after = await over(kms).rewrap(before, CONTEXT)
  expect(after.subarray(0, 59)).toEqual(before.subarray(0, 59))
  expect(body(after)).toEqual(body(before))
  expect(wrappedKeysOf(after)).not.toEqual(wrappedKeysOf(before))
})

it('gives what opens, beside what was there before', async () => {
  const kms = new FakeKms()
  const before = await over(kms).encrypt(PLAINTEXT, CONTEXT)
  const after = await over(kms).rewrap(before, CONTEXT)
  for (const each of [before, after]) expect(await over(kms).decrypt(each, CONTEXT)).toEqual(PLAINTEXT)
})

it('moves a value to another KMS key, which alone can open it then', async () => {
  const kms = new FakeKms()
  const before = await over(kms, 'alias/old').encrypt(PLAINTEXT, CONTEXT)
  const after = await over(kms, 'alias/new').rewrap(before, CONTEXT)
  expect(inspectEnvelope(after).wrappedKeys.map(({ keyId }) => keyId)).toEqual(['alias/new'])
  expect(await over(kms, 'alias/new').decrypt(after, CONTEXT)).toEqual(PLAINTEXT)
})

it('renews the green key of a record, which still opens its fields', async () => {
  const kms = new FakeKms()
  const record = await over(kms).encryptRecord(new Map([['phone', PLAINTEXT]]), CONTEXT)
  const key = await over(kms).rewrap(record.key, CONTEXT)
  const opened = await over(kms).decryptRecord({ key, fields: record.fields }, CONTEXT)
  expect(opened.get('phone')).toEqual(PLAINTEXT)
})

it('keeps the wrappings that it does not renew, byte by byte, in their places', async () => {
  const wrappedKeys: readonly WrappedKeySpec[] = [
    { kind: 7, label: '\ufeff离线 🗝', bytes: bytesFor('unknown', 300) },
    { kind: 1, label: 'alias/other', bytes: bytesFor('other', 40) },
    { kind: 1, label: 'alias/parasol', bytes: bytesFor('former', 40) },
    { kind: 2, label: '', bytes: bytesFor('recovery', 1) },
  ]
  const spec = specFor('kept', { wrappedKeys })
  const kms = new KnownKeyKms(spec.dataKey, Buffer.from('renewed'))
  const before = writeValue({ ...spec, ...fieldFor('kept', PLAINTEXT) })
  const after = await over(kms).rewrap(before, CONTEXT)
  const renewed = wrappedKeys.map((key) =>
    key.label === 'alias/parasol' ? { ...key, bytes: Buffer.from('renewed') } : key,
  )
  expect(wrappedKeysOf(after)).toEqual(renewed)
  expect(after).toEqual(new Uint8Array(Buffer.concat([writeGreenKey({ ...spec, wrappedKeys: renewed }), body(before)])))
})

it.each<[string, EncryptionContext]>([
  ['row', { ...CONTEXT, row: '8' }],
  ['purpose', { ...CONTEXT, 'parasol:purpose': 'customer.idCard' }],
])('refuses another %s before it wraps anything', async (_, context) => {
  const kms = new FakeKms()
  const ciphertext = await over(kms).encrypt(PLAINTEXT, CONTEXT)
  await expect(over(kms).rewrap(ciphertext, context)).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
  expect(kms.calls.encrypt).toBe(0)
})

it('refuses a list to which somebody added a wrapping of his own, and does not renew it', async () => {
  const spec = specFor('planted')
  const kms = new KnownKeyKms(spec.dataKey)
  const planted: WrappedKeySpec = { kind: 2, label: 'recovery', bytes: bytesFor('of the attacker', 32) }
  const honest = writeGreenKey(spec)
  const longer = writeGreenKey({ ...spec, wrappedKeys: [...spec.wrappedKeys, planted] })
  const forged = Buffer.concat([longer.subarray(0, -16), honest.subarray(-16)])
  await expect(over(kms).rewrap(forged, CONTEXT)).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
  expect(kms.calls.map(({ operation }) => operation)).toEqual(['decrypt'])
})

it('refuses a suite that is not read', async () => {
  const kms = new FakeKms()
  const ciphertext = await new EnvelopeProvider({ kms, keyId: 'k', suite: 'xsalsa20-poly1305' }).encrypt(
    PLAINTEXT,
    CONTEXT,
  )
  const strict = new EnvelopeProvider({ kms, keyId: 'k', readSuites: ['aes-256-gcm'] })
  await expect(strict.rewrap(ciphertext, CONTEXT)).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
})
