import type { Kms } from '@parasol/core'
import { FailoverKms } from '@parasol/kms-failover'
import { FakeKms, ReEncryptingFakeKms } from '@parasol/testing'
import { testKms } from '@parasol/testing/vitest'
import { AwayKms } from './away-kms.js'

const two = (first: Kms, second: Kms) =>
  new FailoverKms({
    first: { name: 'first', kms: first },
    fallback: [{ name: 'second', kms: second }],
    breakAfter: 1_000_000,
  })
const keys = { keyId: 'alias/one', otherKeyId: 'alias/two' }

testKms('FailoverKms whose first KMS is there', () => ({
  kms: two(new ReEncryptingFakeKms(), new FakeKms()),
  stranger: two(new ReEncryptingFakeKms(), new FakeKms()),
  ...keys,
}))

/** It refuses what it did not encrypt; so does one that is back. */
const decryptsOnly = (): Kms => {
  const fake = new FakeKms()
  return Object.assign(new AwayKms(), { decrypt: fake.decrypt.bind(fake) })
}

/** Without re-encryption, which is for what the first encrypted. */
const withoutIt = (kms: Kms): Kms => ({
  maxPlaintextBytes: kms.maxPlaintextBytes,
  encrypt: (...call) => kms.encrypt(...call),
  decrypt: (...call) => kms.decrypt(...call),
  generateDataKey: (...call) => kms.generateDataKey(...call),
})

testKms('FailoverKms whose first KMS encrypts nothing', () => ({
  kms: withoutIt(two(decryptsOnly(), new FakeKms())),
  stranger: withoutIt(two(decryptsOnly(), new FakeKms())),
  ...keys,
}))
