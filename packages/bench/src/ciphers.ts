import { type DataKeyPolicy, EnvelopeProvider, suiteNames } from '@parasol/backend-envelope'
import { type Cipher, createCrypto } from '@parasol/core'
import { FakeKms } from '@parasol/testing'

/** A cipher of the public API over a KMS in memory that answers at once. */
export interface BenchCipher {
  readonly name: string
  readonly suite: string
  readonly policy: string
  readonly cipher: Cipher
  readonly provider: EnvelopeProvider
}

/** The suite for many small fields. */
export const FAST_SUITE = 'chacha20-poly1305-blake2b'

export const CONTEXT = { customerId: '31415926', table: 'customers' }

/** Limits that no run reaches, so that what is measured is a record and not a data key. */
const REUSE: DataKeyPolicy = { reuse: { maxRecords: 2 ** 32, maxBytes: 2 ** 50, maxAgeSeconds: 86_400 } }

export function envelopes(): BenchCipher[] {
  return [
    ...suiteNames.map((suite) => envelope(suite, 'reuse', REUSE)),
    envelope('aes-256-gcm', 'per-record', 'per-record'),
  ]
}

export function envelope(suite: string, policy: string, dataKeys: DataKeyPolicy): BenchCipher {
  const provider = new EnvelopeProvider({ kms: new FakeKms(), keyId: 'alias/bench', suite, dataKeys })
  const cipher = createCrypto([provider], { bench: { scheme: 'envelope' } }).for('bench')
  return { name: `${suite}, ${policy}`, suite, policy, cipher, provider }
}
