import { type DataKeyPolicy, EnvelopeProvider, suiteNames } from '@parasol/backend-envelope'
import { FakeKms } from '@parasol/testing'
import { testCryptoProvider } from '@parasol/testing/vitest'

for (const suite of suiteNames) testPolicy(suite, 'per-record')
testPolicy('aes-256-gcm', { perRecord: { prefetch: 2 } })
testPolicy('aes-256-gcm', { reuse: { maxRecords: 3, maxBytes: 1_000_000, decrypt: { maxEntries: 2 } } })
testPolicy('aes-256-gcm', { reuse: {} })

function testPolicy(suite: string, dataKeys: DataKeyPolicy): void {
  const create = (): EnvelopeProvider =>
    new EnvelopeProvider({ kms: new FakeKms(), keyId: 'alias/test', suite, dataKeys })
  testCryptoProvider(`EnvelopeProvider with ${suite}, data keys ${JSON.stringify(dataKeys)}`, () => ({
    provider: create(),
    stranger: create(),
  }))
}
