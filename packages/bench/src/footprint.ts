import { CONTEXT, envelope } from './ciphers.js'
import { recordOf } from './record-comparisons.js'

/** What a policy asks of the KMS, and what a scheme adds to the data. */
export interface Footprint {
  readonly policy: string
  /** Calls for a thousand records that are encrypted and then decrypted. */
  readonly kmsCallsPerThousand: number
  /** Bytes of the ciphertext of one value of 11 bytes, beyond them. */
  readonly overheadOfOneValue: number
  /** The same of a field of a record; its green key, which the record's fields share, is not counted. */
  readonly overheadOfOneField: number
}

const PHONE = '13800138000'

export function footprints(): Promise<Footprint[]> {
  return Promise.all([
    footprint('per-record', 'per-record'),
    footprint('reuse, 100 records a key', { reuse: { maxRecords: 100 } }),
    footprint('reuse, 10,000 records a key', { reuse: { maxRecords: 10_000 } }),
  ])
}

async function footprint(policy: string, dataKeys: Parameters<typeof envelope>[2]): Promise<Footprint> {
  const { cipher, provider } = envelope('aes-256-gcm', policy, dataKeys)
  for (let record = 0; record < 1000; record++) {
    await cipher.decryptRecord(await cipher.encryptRecord(recordOf(2), CONTEXT), CONTEXT)
  }
  const { generateDataKey, decrypt } = provider.stats().kmsCalls
  const value = await provider.encrypt(Buffer.from(PHONE), {})
  const record = await provider.encryptRecord(new Map([['phone', Buffer.from(PHONE)]]), {})
  return {
    policy,
    kmsCallsPerThousand: generateDataKey + decrypt,
    overheadOfOneValue: value.length - PHONE.length,
    overheadOfOneField: (record.fields.get('phone')?.length ?? 0) - PHONE.length,
  }
}
