import { type DataKeyPolicy, EnvelopeProvider } from '@parasol/backend-envelope'
import { FakeKms, providerCases } from '@parasol/testing'
import { conforms } from './conforms.js'

const policies: readonly DataKeyPolicy[] = [
  'per-record',
  { reuse: { maxRecords: 3, maxBytes: 1_000_000, decrypt: { maxEntries: 2 } } },
]

/** The conformance kit. */
export async function envelopeTests(): Promise<boolean> {
  for (const dataKeys of policies) {
    const create = () => new EnvelopeProvider({ kms: new FakeKms(), keyId: 'alias/test', dataKeys })
    if (!(await conforms(providerCases, { provider: create(), stranger: create() }))) return false
  }
  return true
}
