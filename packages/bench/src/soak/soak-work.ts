import type { Cipher } from '@parasol/core'
import { CONTEXT, envelope, FAST_SUITE } from '../ciphers.js'
import { sampleRecord } from '../sample-text.js'

/** Work without end, in batches; each gives how many records it did. */
export interface SoakWork {
  readonly name: string
  batch(): Promise<number>
}

const MIB = new Uint8Array(2 ** 20)

/** Records under reuse and under keys of their own, and a stream now and then, with data keys that run out and expire. */
export function mixedWork(): SoakWork {
  const reusing = envelope(FAST_SUITE, 'reuse', { reuse: { maxRecords: 500, decrypt: { maxEntries: 50 } } })
  const aes = envelope('aes-256-gcm', 'reuse', { reuse: { maxRecords: 500, decrypt: { maxEntries: 50 } } })
  const single = envelope('aes-256-gcm', 'per-record', 'per-record')
  const fields = sampleRecord(5)
  return {
    name: 'Parasol: records of five fields, and streams of 1 MiB',
    async batch() {
      const counts = [
        await records(reusing.cipher, fields, 400),
        await records(aes.cipher, fields, 80),
        await records(single.cipher, fields, 20),
      ]
      for await (const _ of single.cipher.decryptStream(single.cipher.encryptStream(chunks(), CONTEXT), CONTEXT));
      return counts.reduce((sum, count) => sum + count, 0)
    },
  }
}

/** The same, but something keeps a little of every batch: what the trend has to find. */
export function leakingWork(): SoakWork {
  const { batch } = mixedWork()
  const kept: Uint8Array[] = []
  return {
    name: 'Control: the same, with a leak of 64 KiB in 500 records',
    async batch() {
      kept.push(new Uint8Array(65_536).fill(kept.length))
      return batch()
    },
  }
}

async function records(cipher: Cipher, fields: Record<string, string>, count: number): Promise<number> {
  for (let record = 0; record < count; record++) {
    const opened = await cipher.decryptRecord(await cipher.encryptRecord(fields, CONTEXT), CONTEXT)
    if (opened['field0'] !== fields['field0']) throw new Error('A record is not what it was')
  }
  return count
}

async function* chunks(): AsyncGenerator<Uint8Array> {
  yield MIB
}
