import { inspect } from 'node:util'
import {
  EnvelopeProvider,
  inspectEnvelope,
  parseRecoveryText,
  RecoveryKey,
  RecoveryPublicKey,
  recoveryProvider,
  withRecoveryText,
} from '@parasol/backend-envelope'
import { CryptoError, createCrypto } from '@parasol/core'
import { FakeKms, gather, once } from '@parasol/testing'
import { testCryptoProvider } from '@parasol/testing/vitest'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { KnownKeyKms } from './known-key-kms.js'
import { writeValue } from './specification.js'
import { bytesFor, CONTEXT, fieldFor, specFor } from './vector-set.js'

const PLAINTEXT = Buffer.from('13800138000')
const KEY = 'alias/parasol'
const recoveryKey = await RecoveryKey.generate()
const publicKey = recoveryKey.publicKey.toString()
const failed = { code: 'DECRYPTION_FAILED', message: 'Decryption failed' }

const labelsOf = (ciphertext: Uint8Array) => inspectEnvelope(ciphertext).wrappedKeys.map(({ keyId }) => keyId)
const recovering = () => recoveryProvider({ recoveryKey })

testCryptoProvider('EnvelopeProvider with recovery recipients', () => ({
  provider: new EnvelopeProvider({
    kms: new FakeKms(),
    keyId: KEY,
    recovery: [{ publicKey }, { kms: new FakeKms(), keyId: 'alias/second' }],
  }),
  stranger: new EnvelopeProvider({ kms: new FakeKms(), keyId: KEY, recovery: [{ publicKey }] }),
}))

it('opens values, records and streams without the KMS', async () => {
  const provider = new EnvelopeProvider({ kms: new FakeKms(), keyId: KEY, recovery: [{ publicKey }] })
  const before = createCrypto([provider], { phone: { scheme: 'envelope' } }).for('phone')
  const token = await before.encrypt('13800138000', { row: '7' })
  const record = await before.encryptRecord({ phone: '13800138000', note: '' }, { row: '7' })
  const stream = await gather(before.encryptStream(once(bytesFor('file', 200_000)), { row: '7' }))

  const after = createCrypto([recovering()], { phone: { scheme: 'envelope' } }).for('phone')
  expect(await after.decrypt(token, { row: '7' })).toBe('13800138000')
  expect(await after.decryptRecord(record, { row: '7' })).toEqual({ phone: '13800138000', note: '' })
  expect(await gather(after.decryptStream(once(stream), { row: '7' }))).toEqual(bytesFor('file', 200_000))
  await expect(after.decrypt(token, { row: '8' })).rejects.toMatchObject(failed)
})

it('never opens by a recovery key where nobody asked for it', async () => {
  const kms = new FakeKms()
  const provider = new EnvelopeProvider({ kms, keyId: KEY, recovery: [{ publicKey }] })
  const ciphertext = await provider.encrypt(PLAINTEXT, CONTEXT)
  kms.failNext(new CryptoError('KMS_UNAVAILABLE', 'on purpose'))
  await expect(provider.decrypt(ciphertext, CONTEXT)).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
  const alone = new EnvelopeProvider({ kms: new FakeKms(), keyId: KEY, recovery: [{ publicKey }] })
  await expect(alone.decrypt(ciphertext, CONTEXT)).rejects.toMatchObject(failed)
})

it('encrypts nothing by a recovery key, and asks no KMS', async () => {
  await expect(recovering().encrypt(PLAINTEXT, CONTEXT)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  const provider = new EnvelopeProvider({ kms: new FakeKms(), keyId: KEY, recovery: [{ publicKey }] })
  const ciphertext = await provider.encrypt(PLAINTEXT, CONTEXT)
  await expect(recovering().rewrap(ciphertext, CONTEXT)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
})

it('lets another KMS open what it is a recipient of', async () => {
  const second = new FakeKms()
  const provider = new EnvelopeProvider({
    kms: new FakeKms(),
    keyId: KEY,
    recovery: [{ kms: second, keyId: 'alias/second' }],
  })
  const ciphertext = await provider.encrypt(PLAINTEXT, CONTEXT)
  const elsewhere = new EnvelopeProvider({ kms: second, keyId: 'alias/second' })
  expect(Buffer.from(await elsewhere.decrypt(ciphertext, CONTEXT))).toEqual(PLAINTEXT)
})

it('wraps once for each data key, however many records it has', async () => {
  const [kms, second] = [new FakeKms(), new FakeKms()]
  const provider = new EnvelopeProvider({
    kms,
    keyId: KEY,
    dataKeys: { reuse: { maxRecords: 100 } },
    recovery: [{ kms: second, keyId: 'alias/second' }, { publicKey }],
  })
  for (let record = 0; record < 250; record++) await provider.encrypt(PLAINTEXT, CONTEXT)
  expect([kms.calls, second.calls]).toEqual([
    { encrypt: 0, decrypt: 0, generateDataKey: 3 },
    { encrypt: 3, decrypt: 0, generateDataKey: 0 },
  ])
  expect(provider.stats().kmsCalls).toEqual({ generateDataKey: 3, decrypt: 0, encrypt: 3 })
})

it('encrypts nothing that a recipient could not open, and destroys the data key', async () => {
  const kms = new KnownKeyKms(bytesFor('data key', 32))
  const second = new FakeKms()
  const provider = new EnvelopeProvider({
    kms,
    keyId: KEY,
    recovery: [{ publicKey }, { kms: second, keyId: 'alias/second' }],
  })
  second.failNext(new CryptoError('KMS_UNAVAILABLE', 'on purpose'))
  await expect(provider.encrypt(PLAINTEXT, CONTEXT)).rejects.toMatchObject({ code: 'KMS_UNAVAILABLE' })
  expect(kms.plaintexts.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true)
})

it('adds and removes recipients by rewrap, where the configuration says which there are', async () => {
  const [kms, second] = [new FakeKms(), new FakeKms()]
  const over = (recovery?: ConstructorParameters<typeof EnvelopeProvider>[0]['recovery']) =>
    new EnvelopeProvider({ kms, keyId: KEY, recovery })
  const ciphertext = await over().encrypt(PLAINTEXT, CONTEXT)
  const added = await over([{ publicKey }, { kms: second, keyId: 'alias/second' }]).rewrap(ciphertext, CONTEXT)
  expect(labelsOf(added)).toEqual([KEY, recoveryKey.id, 'alias/second'])
  const kept = await over().rewrap(added, CONTEXT)
  expect(labelsOf(kept)).toEqual([KEY, recoveryKey.id, 'alias/second'])
  const removed = await over([]).rewrap(kept, CONTEXT)
  expect(labelsOf(removed)).toEqual([KEY])
  for (const each of [added, kept]) expect(Buffer.from(await recovering().decrypt(each, CONTEXT))).toEqual(PLAINTEXT)
  await expect(recovering().decrypt(removed, CONTEXT)).rejects.toMatchObject(failed)
  expect(Buffer.from(await over().decrypt(removed, CONTEXT))).toEqual(PLAINTEXT)
})

it('keeps wrappings of kinds that it does not know when it sets the recipients', async () => {
  const unknown = { kind: 200, label: '将来', bytes: bytesFor('future', 30) }
  const former = { kind: 2, label: 'x25519:0000000000000000', bytes: bytesFor('former', 80) }
  const own = { kind: 1, label: KEY, bytes: bytesFor('own', 30) }
  const spec = specFor('kinds', { wrappedKeys: [unknown, own, former] })
  const before = writeValue({ ...spec, ...fieldFor('kinds', PLAINTEXT) })
  const provider = new EnvelopeProvider({ kms: new KnownKeyKms(spec.dataKey), keyId: KEY, recovery: [{ publicKey }] })
  const after = await provider.rewrap(before, CONTEXT)
  expect(inspectEnvelope(after).wrappedKeys.map(({ kind, keyId }) => [kind, keyId])).toEqual([
    [1, KEY],
    [2, recoveryKey.id],
    [200, '将来'],
  ])
})

it('refuses to rewrap to more wrapped keys than a green key has', async () => {
  const unknown = Array.from({ length: 15 }, (_, n) => ({ kind: 200, label: `${n}`, bytes: bytesFor(`${n}`, 1) }))
  const own = { kind: 1, label: KEY, bytes: bytesFor('own', 30) }
  const spec = specFor('many', { wrappedKeys: [own, ...unknown] })
  const provider = new EnvelopeProvider({ kms: new KnownKeyKms(spec.dataKey), keyId: KEY, recovery: [{ publicKey }] })
  const before = writeValue({ ...spec, ...fieldFor('many', PLAINTEXT) })
  await expect(provider.rewrap(before, CONTEXT)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
})

it('moves data whose KMS key is gone to a new KMS, and touches only the green key', async () => {
  const provider = new EnvelopeProvider({ kms: new FakeKms(), keyId: KEY, recovery: [{ publicKey }] })
  const before = await provider.encrypt(PLAINTEXT, CONTEXT)
  const kms = new FakeKms()
  using saving = recoveryProvider({
    recoveryKey,
    rewrapFor: { kms, keyId: 'alias/new', recovery: [{ publicKey }] },
  })
  const after = await saving.rewrap(before, CONTEXT)
  expect(labelsOf(after)).toEqual(['alias/new', recoveryKey.id])
  expect(after.subarray(inspectEnvelope(after).greenKeyBytes)).toEqual(
    before.subarray(inspectEnvelope(before).greenKeyBytes),
  )
  expect(Buffer.from(await new EnvelopeProvider({ kms, keyId: 'alias/new' }).decrypt(after, CONTEXT))).toEqual(
    PLAINTEXT,
  )
})

it('refuses every bit flip and every truncation of a green key, by the recovery key and by the KMS', async () => {
  const kms = new KnownKeyKms(bytesFor('data key', 32), bytesFor('wrapped', 40))
  const provider = new EnvelopeProvider({ kms, keyId: KEY, recovery: [{ publicKey }] })
  const ciphertext = await provider.encrypt(PLAINTEXT, CONTEXT)
  const { greenKeyBytes } = inspectEnvelope(ciphertext)
  const flips = Array.from({ length: greenKeyBytes * 8 }, (_, bit) =>
    Uint8Array.from(ciphertext, (byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)),
  )
  const cuts = Array.from({ length: ciphertext.length }, (_, length) => ciphertext.subarray(0, length))
  for (const changed of [...flips, ...cuts]) {
    await expect(recovering().decrypt(changed, CONTEXT)).rejects.toMatchObject(failed)
    await expect(provider.decrypt(changed, CONTEXT)).rejects.toMatchObject(failed)
  }
})

it('opens any plaintext under any context that it was encrypted under, and under no other', async () => {
  const provider = new EnvelopeProvider({ kms: new FakeKms(), keyId: KEY, recovery: [{ publicKey }] })
  const contexts = fc.dictionary(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }),
    fc.string({ maxLength: 9 }),
  )
  const property = fc.asyncProperty(fc.uint8Array(), contexts, contexts, async (plaintext, context, other) => {
    const ciphertext = await provider.encrypt(plaintext, context)
    expect(Buffer.from(await recovering().decrypt(ciphertext, context))).toEqual(Buffer.from(plaintext))
    const opens = recovering().decrypt(ciphertext, other)
    if (JSON.stringify(Object.entries(context).sort()) !== JSON.stringify(Object.entries(other).sort())) {
      await expect(opens).rejects.toMatchObject(failed)
    } else await opens
  })
  await fc.assert(property, { numRuns: 60 })
})

it('says which recipients there are, and no keys', async () => {
  const second = { kms: new FakeKms(), keyId: 'alias/second' }
  const provider = new EnvelopeProvider({ kms: new FakeKms(), keyId: KEY, recovery: [second, { publicKey }] })
  const { wrappedKeys } = inspectEnvelope(await provider.encrypt(PLAINTEXT, CONTEXT))
  expect(wrappedKeys.map(({ kind, keyId }) => [kind, keyId])).toEqual([
    [1, KEY],
    [1, 'alias/second'],
    [2, recoveryKey.id],
  ])
  expect(wrappedKeys[2]?.bytes).toBe(80)
})

it('prints a recovery key as its id, and refuses it when it was destroyed', async () => {
  const key = await RecoveryKey.generate()
  let digits = ''
  await key.withSecret(async (secret) => {
    digits = Buffer.from(secret).toString('hex')
  })
  expect(digits).toMatch(/^[0-9a-f]{64}$/)
  const shown = [inspect(key, { showHidden: true, depth: 9 }), JSON.stringify(key), String(key.publicKey)].join()
  expect(shown).not.toContain(digits)
  key[Symbol.dispose]()
  using provider = recoveryProvider({ recoveryKey: key })
  const made = new EnvelopeProvider({ kms: new FakeKms(), keyId: KEY, recovery: [{ publicKey: `${key.publicKey}` }] })
  const ciphertext = await made.encrypt(PLAINTEXT, CONTEXT)
  await expect(provider.decrypt(ciphertext, CONTEXT)).rejects.toMatchObject({ code: 'CLOSED' })
  await expect(key.withSecret(async () => undefined)).rejects.toMatchObject({ code: 'CLOSED' })
})

it.each([
  ['nothing', ''],
  ['another algorithm', publicKey.replace('x25519', 'x448')],
  ['a character too few', publicKey.slice(0, -1)],
  ['a character too many', `${publicKey}A`],
  ['bits that are left over', `x25519:${'A'.repeat(42)}B`],
  ['a key of low order', `x25519:${'A'.repeat(43)}`],
])('takes no public key that is %s', (_, text) => {
  expect(() => RecoveryPublicKey.parse(text)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }))
  expect(() => new EnvelopeProvider({ kms: new FakeKms(), keyId: KEY, recovery: [{ publicKey: text }] })).toThrow(
    expect.objectContaining({ code: 'INVALID_CONFIG' }),
  )
})

it('takes no two keys that green keys would call the same, and no more than eight', () => {
  const kms = new FakeKms()
  const over = (recovery: ConstructorParameters<typeof EnvelopeProvider>[0]['recovery']) => () =>
    new EnvelopeProvider({ kms, keyId: KEY, recovery })
  const refused = expect.objectContaining({ code: 'INVALID_CONFIG' })
  expect(over([{ kms, keyId: KEY }])).toThrow(refused)
  expect(over([{ publicKey }, { publicKey }])).toThrow(refused)
  expect(over([{ kms, keyId: '' }])).toThrow(refused)
  expect(over([{ kms, keyId: 'k'.repeat(256) }])).toThrow(refused)
  const many = Array.from({ length: 9 }, (_, n) => ({ kms, keyId: `alias/${n}` }))
  expect(over(many)).toThrow(refused)
  expect(over(many.slice(1))).not.toThrow()
})

it('takes no secret of another length', async () => {
  for (const length of [0, 31, 33]) {
    await expect(RecoveryKey.fromSecret(new Uint8Array(length))).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  }
})

it('writes a recovery key as a text, reads it again, and leaves no copy of the text', async () => {
  let seen: Uint8Array = new Uint8Array()
  const text = await withRecoveryText(recoveryKey, async (bytes) => {
    seen = bytes
    return Uint8Array.from(bytes)
  })
  expect(Buffer.from(text).toString()).toMatch(/^# .*\npublic x25519:[\w-]{43}\nsecret [0-9a-f]{64}\n$/)
  expect(seen.every((byte) => byte === 0)).toBe(true)
  using read = await parseRecoveryText(text)
  expect(String(read.publicKey)).toBe(publicKey)
  using foreign = await parseRecoveryText(Buffer.from(`public ?\r\nsecret ${'0f'.repeat(32)}\r\n`))
  expect(foreign.id).not.toBe(read.id)
})

it('takes no text that holds no recovery key', async () => {
  const texts = ['', 'secret', `\nsecret ${'0'.repeat(63)}`, `\nsecret ${'0'.repeat(63)}g`, `secret ${'0'.repeat(64)}`]
  for (const text of texts) {
    await expect(parseRecoveryText(Buffer.from(text))).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  }
  const property = fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
    await expect(parseRecoveryText(bytes)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
  await fc.assert(property, { numRuns: 100 })
})
