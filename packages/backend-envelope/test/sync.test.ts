import { type DataKeyPolicy, EnvelopeProvider, suiteNames } from '@parasol/backend-envelope'
import { type Cipher, createCrypto } from '@parasol/core'
import { FakeKms } from '@parasol/testing'
import { describe, expect, it } from 'vitest'
import { prepareSodium } from '../src/chacha20-aead.js'

const CONTEXT = { customerId: '7' }

describe.each(suiteNames)('without waiting, %s', (suite) => {
  it('encrypts and decrypts what waiting does, while a key is in memory', async () => {
    const { cipher, kms } = over({ reuse: {} }, suite)
    const token = await cipher.encrypt('first', CONTEXT)
    expect(cipher.sync.decrypt(token, CONTEXT)).toBe('first')
    expect(await cipher.decrypt(cipher.sync.encrypt('second', CONTEXT), CONTEXT)).toBe('second')
    expect(kms.calls).toEqual({ generateDataKey: 1, decrypt: 0, encrypt: 0 })
  })

  it('reads after WebAssembly is there what was written before, and the other way round', async () => {
    const { cipher } = over({ reuse: {} }, suite)
    const before = await cipher.encrypt('13800138000', CONTEXT)
    await prepareSodium()
    expect(cipher.sync.decrypt(before, CONTEXT)).toBe('13800138000')
    expect(await cipher.decrypt(cipher.sync.encrypt('13800138000', CONTEXT), CONTEXT)).toBe('13800138000')
  })

  it('encrypts and decrypts records as well, the long way too', async () => {
    const { cipher } = over({ reuse: {} }, suite)
    await cipher.encrypt('first', CONTEXT)
    for (const note of ['', '浙江省杭州市', 'x'.repeat(10_000)]) {
      const fields = { phone: '13800138000', note }
      const record = cipher.sync.encryptRecord(fields, CONTEXT)
      expect(cipher.sync.decryptRecord(record, CONTEXT)).toEqual(fields)
      expect(await cipher.decryptRecord(record, CONTEXT)).toEqual(fields)
      const { phone = '' } = record.fields
      expect(cipher.sync.decryptRecord({ ...record, fields: { phone } }, CONTEXT)).toEqual({ phone: '13800138000' })
      const swapped = { ...record, fields: { phone: record.fields['note'] ?? '', note: phone } }
      const failure = expect.objectContaining({ code: 'DECRYPTION_FAILED' })
      expect(() => cipher.sync.decryptRecord(swapped, CONTEXT)).toThrow(failure)
    }
  })

  it('refuses another context', async () => {
    const { cipher } = over({ reuse: {} }, suite)
    const token = await cipher.encrypt('first', CONTEXT)
    const decrypt = () => cipher.sync.decrypt(token, { customerId: '8' })
    expect(decrypt).toThrow(expect.objectContaining({ code: 'DECRYPTION_FAILED' }))
  })
})

it.each<DataKeyPolicy>(['per-record', { reuse: {} }])('says that no key is in memory, %j', async (policy) => {
  const { cipher, kms } = over(policy)
  const token = await over(policy, 'aes-256-gcm', kms).cipher.encrypt('1', CONTEXT)
  const notReady = expect.objectContaining({ code: 'NOT_READY', retryable: true })
  expect(() => cipher.sync.encrypt('2', CONTEXT)).toThrow(notReady)
  expect(() => cipher.sync.decrypt(token, CONTEXT)).toThrow(notReady)
  expect(() => cipher.sync.encryptRecord({ phone: '2' }, CONTEXT)).toThrow(notReady)
})

it('does not wait for a context whose getter encrypts by the same provider', async () => {
  const { provider } = over({ reuse: {} })
  await provider.encrypt(Buffer.from('0'), {})
  const context = {
    get id() {
      provider.tryEncrypt(Buffer.from('inner'), { other: 'context' })
      return '7'
    },
  }
  const sealed = provider.tryEncrypt(Buffer.from('outer'), context) ?? new Uint8Array()
  expect(Buffer.from(await provider.decrypt(sealed, { id: '7' })).toString()).toBe('outer')
})

function over(dataKeys: DataKeyPolicy, suite = 'aes-256-gcm', kms = new FakeKms()) {
  const provider = new EnvelopeProvider({ kms, keyId: 'alias/test', suite, dataKeys })
  const cipher: Cipher = createCrypto([provider], { value: { scheme: 'envelope' } }).for('value')
  return { cipher, kms, provider }
}
