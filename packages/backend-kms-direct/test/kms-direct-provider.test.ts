import { KmsDirectProvider } from '@parasol/backend-kms-direct'
import { CryptoError, createCrypto, type EncryptionContext, type Kms } from '@parasol/core'
import { FakeKms } from '@parasol/testing'
import { expect, it } from 'vitest'

/** A real KMS that notes the contexts which it was given, as an audit trail would. */
class AuditedKms extends FakeKms {
  readonly seen: EncryptionContext[] = []

  override encrypt(...call: Parameters<Kms['encrypt']>): Promise<Uint8Array> {
    this.seen.push(call[2])
    return super.encrypt(...call)
  }
}

it('shows the KMS the purpose and a digest of the context, and nothing of its values', async () => {
  const kms = new AuditedKms()
  const provider = new KmsDirectProvider({ kms, keyId: 'alias/test' })
  const phone = createCrypto([provider], { 'customer.phone': { scheme: 'kms-direct' } }).for('customer.phone')
  await phone.encrypt('13800138000', { customer: '张三' })
  expect(kms.seen).toEqual([{ purpose: 'customer.phone', context: expect.stringMatching(/^[\w-]{43}$/) }])
})

it('shows the KMS those keys of the context that it may see', async () => {
  const kms = new AuditedKms()
  const provider = new KmsDirectProvider({ kms, keyId: 'alias/test', visibleContextKeys: ['table', 'absent'] })
  await provider.encrypt(Buffer.from('x'), { table: 'users', row: '7' })
  expect(kms.seen).toEqual([{ table: 'users', context: expect.any(String) }])
})

it('lets no visible key stand in for the purpose or the digest', async () => {
  const kms = new AuditedKms()
  const provider = new KmsDirectProvider({ kms, keyId: 'alias/test', visibleContextKeys: ['context', 'purpose'] })
  await provider.encrypt(Buffer.from('x'), { context: 'forged', purpose: 'forged', 'parasol:purpose': 'real' })
  expect(kms.seen).toEqual([{ purpose: 'real', context: expect.stringMatching(/^[\w-]{43}$/) }])
})

it('names the envelope scheme when a value is too large', async () => {
  const provider = new KmsDirectProvider({ kms: new FakeKms(), keyId: 'alias/test' })
  await expect(provider.encrypt(new Uint8Array(4609), {})).rejects.toThrow(
    expect.objectContaining({
      code: 'PLAINTEXT_TOO_LARGE',
      message: 'Plaintext of 4609 bytes: the KMS takes at most 4608; scheme "envelope" takes more',
    }),
  )
})

it('calls the KMS once for each value', async () => {
  const kms = new FakeKms()
  const provider = new KmsDirectProvider({ kms, keyId: 'alias/test' })
  for (let call = 0; call < 3; call++) await provider.encrypt(Buffer.from('x'), {})
  expect(kms.calls).toMatchObject({ encrypt: 3, decrypt: 0, generateDataKey: 0 })
})

it('passes on what the KMS says of itself, unlike what it says of a ciphertext', async () => {
  const provider = new KmsDirectProvider({ kms: new FakeKms(), keyId: 'alias/missing' })
  await expect(provider.encrypt(Buffer.from('x'), {})).rejects.toThrow(
    expect.objectContaining({ code: 'KEY_NOT_FOUND' }),
  )
})

it('says of a ciphertext that names an unknown key, or is too long for the KMS, only that decryption failed', async () => {
  for (const code of ['KEY_NOT_FOUND', 'INVALID_INPUT', 'PLAINTEXT_TOO_LARGE'] as const) {
    const kms = new FakeKms()
    const provider = new KmsDirectProvider({ kms, keyId: 'alias/test' })
    kms.failNext(new CryptoError(code, 'Not a ciphertext of this service'))
    await expect(provider.decrypt(Uint8Array.of(1, 2, 3), {})).rejects.toThrow(
      expect.objectContaining({ code: 'DECRYPTION_FAILED', message: 'Decryption failed' }),
    )
  }
})

it('passes on operational failures of a decryption, so that they can be told from a forgery', async () => {
  for (const code of ['THROTTLED', 'KMS_UNAVAILABLE', 'ACCESS_DENIED', 'KEY_UNUSABLE', 'TIMEOUT'] as const) {
    const kms = new FakeKms()
    const provider = new KmsDirectProvider({ kms, keyId: 'alias/test' })
    const ciphertext = await provider.encrypt(Buffer.from('x'), {})
    kms.failNext(new CryptoError(code, 'Not now'))
    await expect(provider.decrypt(ciphertext, {})).rejects.toThrow(expect.objectContaining({ code }))
  }
})

it('asks the KMS nothing about an unknown version', async () => {
  const kms = new FakeKms()
  const provider = new KmsDirectProvider({ kms, keyId: 'alias/test' })
  const ciphertext = await provider.encrypt(Buffer.from('x'), {})
  const version2 = Uint8Array.from(ciphertext)
  version2[0] = 2
  await expect(provider.decrypt(version2, {})).rejects.toThrow(expect.objectContaining({ code: 'DECRYPTION_FAILED' }))
  expect(kms.calls.decrypt).toBe(0)
})
