import { EnvelopeProvider, suiteNames } from '@parasol/backend-envelope'
import { FakeKms } from '@parasol/testing'
import { testCryptoProvider } from '@parasol/testing/vitest'

for (const suite of suiteNames) {
  testCryptoProvider(`EnvelopeProvider with ${suite}`, () => ({
    provider: new EnvelopeProvider({ kms: new FakeKms(), keyId: 'alias/test', suite }),
    stranger: new EnvelopeProvider({ kms: new FakeKms(), keyId: 'alias/test', suite }),
  }))
}
