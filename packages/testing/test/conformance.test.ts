import { FakeKms } from '@parasol/testing'
import { testKms } from '@parasol/testing/vitest'

testKms('FakeKms', () => ({
  kms: new FakeKms(),
  stranger: new FakeKms(),
  keyId: 'alias/test',
  otherKeyId: 'alias/other',
}))
