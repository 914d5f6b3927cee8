import { FakeKms, referenceProvider } from '@parasol/testing'
import { testCryptoProvider, testKms } from '@parasol/testing/vitest'

testKms('FakeKms', () => ({
  kms: new FakeKms(),
  stranger: new FakeKms(),
  keyId: 'alias/test',
  otherKeyId: 'alias/other',
}))

testKms('FakeKms that takes its time', () => ({
  kms: new FakeKms({ latencyMs: 1 }),
  stranger: new FakeKms({ latencyMs: 1 }),
  keyId: 'alias/test',
  otherKeyId: 'alias/other',
}))

testCryptoProvider('The reference provider', () => ({ provider: referenceProvider(), stranger: referenceProvider() }))
