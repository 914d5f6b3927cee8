import { type EnvelopeOptions, EnvelopeProvider } from '@parasol/backend-envelope'
import { FakeKms } from '@parasol/testing'
import type { Finding, Proof, ProofContext } from '../proof.js'

const RECORDS = { short: 100_000, full: 1_000_000 } as const
const PER_KEY = 10_000
const CONTROL_RECORDS = 1_000

export const quota: Proof = {
  name: 'quota',
  claim:
    'Reused data keys keep far below the quota of the KMS: one call for each 10,000 records, and no key serves more',
  goal: `calls = records / ${PER_KEY}`,
  measure: (context) => encrypt(RECORDS[context.scale], { reuse: { maxRecords: PER_KEY } }, context),
  control: (context) => encrypt(CONTROL_RECORDS, 'per-record', context),
}

async function encrypt(
  records: number,
  dataKeys: NonNullable<EnvelopeOptions['dataKeys']>,
  { progress }: ProofContext,
): Promise<Finding> {
  const kms = new FakeKms()
  using provider = new EnvelopeProvider({ kms, keyId: 'alias/proof', dataKeys })
  const plaintext = Buffer.from('13800138000')
  for (let row = 0; row < records; row++) {
    await provider.encrypt(plaintext, { row: String(row) })
    progress(row, records)
  }
  const calls = kms.calls.generateDataKey
  return { figures: { records, calls }, holds: calls === Math.ceil(records / PER_KEY) }
}
