import { KmsDirectProvider } from '@parasol/backend-kms-direct'
import { FakeKms, ReEncryptingFakeKms } from '@parasol/testing'
import { testCryptoProvider } from '@parasol/testing/vitest'

testCryptoProvider('KmsDirectProvider', () => ({
  provider: new KmsDirectProvider({ kms: new FakeKms(), keyId: 'alias/test' }),
  stranger: new KmsDirectProvider({ kms: new FakeKms(), keyId: 'alias/test' }),
}))

testCryptoProvider('KmsDirectProvider over a KMS that re-encrypts', () => ({
  provider: new KmsDirectProvider({ kms: new ReEncryptingFakeKms(), keyId: 'alias/test' }),
  stranger: new KmsDirectProvider({ kms: new ReEncryptingFakeKms(), keyId: 'alias/test' }),
}))
