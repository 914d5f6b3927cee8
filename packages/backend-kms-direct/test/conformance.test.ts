import { KmsDirectProvider } from '@parasol/backend-kms-direct'
import { FakeKms } from '@parasol/testing'
import { testCryptoProvider } from '@parasol/testing/vitest'

testCryptoProvider('KmsDirectProvider', () => ({
  provider: new KmsDirectProvider({ kms: new FakeKms(), keyId: 'alias/test' }),
  stranger: new KmsDirectProvider({ kms: new FakeKms(), keyId: 'alias/test' }),
}))
