import type { DataKeyPolicy } from '@parasol/backend-envelope'
import { CONTEXT, envelope } from '../ciphers.js'
import { sampleRecord } from '../sample-text.js'
import type { CountRow, Goal, Scenario } from '../scenario.js'

const policies: readonly (readonly [name: string, policy: DataKeyPolicy])[] = [
  ['per-record', 'per-record'],
  ['reuse, 100 records a key', { reuse: { maxRecords: 100 } }],
  ['reuse, 10,000 records a key', { reuse: { maxRecords: 10_000 } }],
]

export const kmsCalls: Scenario = {
  name: 'kms-calls',
  title: 'Calls to the KMS',
  shows: 'what each policy for data keys asks of the KMS, which is what the KMS bills and throttles',
  async *run({ records }) {
    const thousand: CountRow[] = []
    for (const [name, policy] of policies) {
      thousand.push({ name, kind: 'ours', value: await callsFor(1000, policy, true) })
    }
    const note = 'Each record is encrypted, and then decrypted in the same process.'
    yield { title: 'KMS calls for 1,000 records', unit: 'calls', rows: thousand, note }
    const value = await callsFor(records, { reuse: { maxRecords: 10_000 } }, false)
    yield {
      title: `KMS calls for ${records.toLocaleString('en-US')} records that are encrypted`,
      unit: 'calls',
      rows: [{ name: 'reuse, 10,000 records a key', kind: 'ours', value, goals: [goalOf(records)] }],
    }
  },
}

async function callsFor(records: number, policy: DataKeyPolicy, decrypts: boolean): Promise<number> {
  const { cipher, provider } = envelope('aes-256-gcm', '', policy)
  const fields = sampleRecord(1)
  for (let record = 0; record < records; record++) {
    const sealed = await cipher.encryptRecord(fields, CONTEXT)
    if (decrypts) await cipher.decryptRecord(sealed, CONTEXT)
  }
  const { generateDataKey, decrypt } = provider.stats().kmsCalls
  return generateDataKey + decrypt
}

function goalOf(records: number): Goal {
  const bound = Math.ceil(records / 10_000)
  return { text: `KMS calls for ${records.toLocaleString('en-US')} records under reuse`, measure: 'value', bound }
}
