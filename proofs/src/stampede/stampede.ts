import { type EnvelopeOptions, EnvelopeProvider } from '@parasol/backend-envelope'
import { FakeKms } from '@parasol/testing'
import type { Finding, Proof } from '../proof.js'

const CONCURRENT = { short: 1_000, full: 10_000 } as const

export const stampede: Proof = {
  name: 'stampede',
  claim:
    'Any number of calls at once on a cold cache makes one KMS call, when data keys are reused: to encrypt, and to decrypt',
  goal: 'generateCalls = 1, decryptCalls = 1, wrong = 0',
  measure: ({ scale }) => rush(CONCURRENT[scale], { reuse: { maxRecords: 1_000_000 } }),
  control: () => rush(CONCURRENT.short, 'per-record'),
}

async function rush(concurrent: number, dataKeys: NonNullable<EnvelopeOptions['dataKeys']>): Promise<Finding> {
  const kms = new FakeKms({ latencyMs: 20 })
  const rows = Array.from({ length: concurrent }, (_, row) => String(row))
  using writer = new EnvelopeProvider({ kms, keyId: 'alias/proof', dataKeys })
  const ciphertexts = await Promise.all(rows.map((row) => writer.encrypt(Buffer.from(row), { row })))
  using reader = new EnvelopeProvider({ kms, keyId: 'alias/proof', dataKeys })
  const opened = await Promise.all(
    rows.map((row, index) => reader.decrypt(ciphertexts[index] ?? new Uint8Array(), { row })),
  )
  const wrong = opened.filter((bytes, index) => Buffer.from(bytes).toString() !== rows[index]).length
  const { generateDataKey: generateCalls, decrypt: decryptCalls } = kms.calls
  const figures = { concurrent, generateCalls, decryptCalls, wrong }
  return { figures, holds: generateCalls === 1 && decryptCalls === 1 && wrong === 0 }
}
