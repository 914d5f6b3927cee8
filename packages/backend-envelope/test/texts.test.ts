import { type DataKeyPolicy, EnvelopeProvider, suiteNames } from '@parasol/backend-envelope'
import { type Cipher, ContextBinder, createCrypto, parseToken } from '@parasol/core'
import { FakeKms } from '@parasol/testing'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { arena } from '../src/arena.js'
import { prepareSodium } from '../src/chacha20-aead.js'

const CONTEXT = { customerId: '7', table: 'customers' }
const BOUND = { ...CONTEXT, 'parasol:purpose': 'value' }
const bound = new ContextBinder('value').bind(CONTEXT)
const texts = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 5000 }),
  fc.constantFrom('', '\0', '\ufeff', '\ufffd', '浙江省杭州市', '𠮷', 'x'.repeat(4096), '浙'.repeat(1400)),
  fc.constantFrom('ÿ'.repeat(1024), `${'x'.repeat(2000)}ÿ`, `${'x'.repeat(2000)}\ufffd`, '浙'.repeat(21_845)),
  fc.constantFrom('x'.repeat(1023), 'x'.repeat(1024), 'x'.repeat(65_536), 'x'.repeat(65_537), 'x'.repeat(80_000)),
)

beforeAll(prepareSodium)

describe.each(suiteNames)('texts under %s', (suite) => {
  it('become, by the short cut, what bytes become, and the other way round', async () => {
    const { provider, cipher } = await ready(suite)
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const { ciphertext } = parseToken(cipher.sync.encrypt(text, CONTEXT))
        expect(Buffer.from(await provider.decrypt(ciphertext, BOUND)).toString()).toBe(text)
        const sealed = Buffer.from(await provider.encrypt(Buffer.from(text), BOUND)).toString('base64url')
        expect(cipher.sync.decrypt(`enc1.envelope.${sealed}`, CONTEXT)).toBe(text)
      }),
    )
  })

  it('of a record do as well, under any names', async () => {
    const { provider, cipher } = await ready(suite)
    const names = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', '7', 'n'.repeat(600)))
    await fc.assert(
      fc.asyncProperty(fc.dictionary(names, texts, { minKeys: 1, maxKeys: 3 }), async (fields) => {
        const record = await cipher.encryptRecord(fields, CONTEXT)
        const sealed = new Map(Object.entries(record.fields).map(([name, token]) => [name, bytesOf(token)]))
        const opened = await provider.decryptRecord({ key: bytesOf(record.key ?? ''), fields: sealed }, BOUND)
        const found = Object.fromEntries([...opened].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]))
        expect(found).toEqual({ ...fields })
        expect(await cipher.decryptRecord(record, CONTEXT)).toEqual({ ...fields })
      }),
      { numRuns: 50 },
    )
  })

  it('take the short cut', async () => {
    const { provider } = await ready(suite)
    const sealed = provider.texts.encrypt('13800138000', bound) ?? ''
    expect(provider.texts.decrypt(sealed, bound)).toBe('13800138000')
    const [key = '', ...fields] = provider.texts.encryptAll(['a', 'b'], ['1', '2'], bound) ?? []
    expect(provider.texts.decryptAll(key, ['a', 'b'], fields, bound)).toEqual(['1', '2'])
  })

  it('are refused when any character of them was changed, with the one error', async () => {
    const { cipher, provider } = await ready(suite)
    const token = cipher.sync.encrypt('13800138000', CONTEXT)
    const prefix = 'enc1.envelope.'.length
    for (let at = prefix; at < token.length; at++) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'Q' : 'A') + token.slice(at + 1)
      expect(provider.texts.decrypt(changed.slice(prefix), bound)).toBeUndefined()
      await expect(cipher.decrypt(changed, CONTEXT)).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
    }
    for (let length = prefix + 1; length < token.length; length++) {
      await expect(cipher.decrypt(token.slice(0, length), CONTEXT)).rejects.toThrow()
      expect(provider.texts.decrypt(token.slice(prefix, length), bound)).toBeUndefined()
    }
  })

  it('are not moved to another context, name or purpose, nor from value to field', async () => {
    const { provider } = await ready(suite)
    const { texts } = provider
    const sealed = texts.encrypt('1', bound) ?? ''
    expect(texts.decrypt(sealed, new ContextBinder('value').bind({ ...CONTEXT, table: 'c' }))).toBeUndefined()
    expect(texts.decrypt(sealed, new ContextBinder('other').bind(CONTEXT))).toBeUndefined()
    const [key = '', a = '', b = ''] = texts.encryptAll(['a', 'b'], ['1', '2'], bound) ?? []
    expect(texts.decryptAll(key, ['a', 'b'], [b, a], bound)).toBeUndefined()
    const joined = Buffer.concat([Buffer.from(key, 'base64url'), Buffer.from(a, 'base64url')]).toString('base64url')
    expect(texts.decrypt(joined, bound)).toBeUndefined()
    expect(texts.decryptAll(joined, [], [], bound)).toBeUndefined()
    expect(texts.decryptAll(key, [], [], bound)).toEqual([])
  })

  it.each([1, 60, 1000])('leave neither keys nor plaintext in the arena, %s times as long', async (times) => {
    const { cipher, provider } = await ready(suite)
    const secret = 'a secret of Zhang San: 13800138000'.repeat(times)
    const token = await cipher.encrypt(secret, CONTEXT)
    expect(arena().bytes.includes(secret.slice(0, 8))).toBe(false)
    expect(arena().key.every((byte) => byte === 0)).toBe(true)
    await cipher.decrypt(token, CONTEXT)
    expect(arena().bytes.includes(secret.slice(0, 8))).toBe(false)
    expect(arena().key.every((byte) => byte === 0)).toBe(true)
    const damaged = bytesOf(token).map((byte, index, { length }) => (index === length - 1 ? byte ^ 1 : byte))
    expect(provider.texts.decrypt(Buffer.from(damaged).toString('base64url'), bound)).toBeUndefined()
    expect(arena().bytes.includes(secret.slice(0, 8))).toBe(false)
  })
})

it('does not let a getter of the context come between the steps of another text', async () => {
  const { cipher } = await ready('aes-256-gcm')
  const context = {
    get customerId() {
      cipher.sync.encrypt('inner', { another: 'context' })
      return '7'
    },
    table: 'customers',
  }
  const token = cipher.sync.encrypt('outer', context)
  expect(cipher.sync.decrypt(token, CONTEXT)).toBe('outer')
  expect(cipher.sync.decrypt(token, context)).toBe('outer')
})

it('says of bytes that are not UTF-8 that they are not text', async () => {
  const { cipher } = await ready('chacha20-poly1305')
  for (const length of [2, 1024, 65_536, 100_000]) {
    const bytes = await cipher.encryptBytes(new Uint8Array(length).fill(0xff), CONTEXT)
    const token = `enc1.envelope.${Buffer.from(bytes).toString('base64url')}`
    await expect(cipher.decrypt(token, CONTEXT)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  }
})

it('counts the bytes of a text, and separates tenants, as for bytes', async () => {
  const kms = new FakeKms()
  const { cipher } = await ready('chacha20-poly1305', { reuse: { maxBytes: 100, partitionBy: 'customerId' } }, kms)
  for (let n = 0; n < 10; n++) await cipher.encrypt('浙'.repeat(10), CONTEXT)
  expect(kms.calls.generateDataKey).toBe(4)
  await cipher.encrypt('1', { ...CONTEXT, customerId: '8' })
  expect(kms.calls.generateDataKey).toBe(5)
})

async function ready(suite: string, dataKeys: DataKeyPolicy = { reuse: {} }, kms = new FakeKms()) {
  const provider = new EnvelopeProvider({ kms, keyId: 'alias/test', suite, dataKeys })
  const cipher: Cipher = createCrypto([provider], { value: { scheme: 'envelope' } }).for('value')
  await cipher.encrypt('', CONTEXT)
  return { provider, cipher }
}

function bytesOf(token: string): Buffer {
  return Buffer.from(parseToken(token).ciphertext)
}
