import { KmsDirectProvider } from '@parasol/backend-kms-direct'
import { CryptoError } from '@parasol/core'
import { FakeKms, ReEncryptingFakeKms } from '@parasol/testing'
import { expect, it } from 'vitest'

const context = { customer: '7' }
const text = Buffer.from('13800138000')

it('says how many values it renewed, and how', async () => {
  for (const [kms, rewraps] of [
    [new ReEncryptingFakeKms(), { reEncrypted: 2, decrypted: 0 }],
    [new FakeKms(), { reEncrypted: 0, decrypted: 2 }],
  ] as const) {
    const provider = new KmsDirectProvider({ kms, keyId: 'alias/test' })
    const ciphertext = await provider.rewrap(await provider.encrypt(text, context), context)
    expect(Buffer.from(await provider.decrypt(await provider.rewrap(ciphertext, context), context))).toEqual(text)
    expect(provider.stats()).toEqual({ rewraps })
  }
})

it('decrypts and encrypts where the KMS offers nothing better, and goes round no other refusal', async () => {
  const kms = new ReEncryptingFakeKms()
  const provider = new KmsDirectProvider({ kms, keyId: 'alias/test' })
  const ciphertext = await provider.encrypt(text, context)
  kms.failNext(new CryptoError('UNSUPPORTED', 'Not at this gateway'))
  await provider.rewrap(ciphertext, context)
  expect(provider.stats()).toEqual({ rewraps: { reEncrypted: 0, decrypted: 1 } })
  for (const code of ['ACCESS_DENIED', 'KEY_UNUSABLE', 'KMS_UNAVAILABLE'] as const) {
    kms.failNext(new CryptoError(code, 'No'))
    await expect(provider.rewrap(ciphertext, context)).rejects.toMatchObject({ code })
  }
})
