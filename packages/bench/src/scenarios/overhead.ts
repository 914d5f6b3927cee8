import { CONTEXT, envelopes } from '../ciphers.js'
import type { Count, CountRow, Scenario } from '../scenario.js'

const PHONE = '13800138000'

export const overhead: Scenario = {
  name: 'overhead',
  title: 'Bytes of overhead',
  shows: 'how much longer data gets; bytes as a database column of type "bytes" keeps them, without base64',
  async *run() {
    yield await ofValue()
    yield await ofField()
  },
}

async function ofValue(): Promise<Count> {
  const rows: CountRow[] = []
  for (const { name, cipher } of envelopes()) {
    const ciphertext = await cipher.encryptBytes(Buffer.from(PHONE), CONTEXT)
    rows.push({ name, kind: 'ours', value: ciphertext.length - PHONE.length })
  }
  return { title: 'Bytes added to one value of 11 bytes', unit: 'bytes', rows }
}

async function ofField(): Promise<Count> {
  const rows: CountRow[] = []
  for (const { name, provider } of envelopes()) {
    const { fields } = await provider.encryptRecord(new Map([['phone', Buffer.from(PHONE)]]), CONTEXT)
    const goals = [{ text: 'A field of 11 bytes, green key aside', measure: 'value', bound: 48 }] as const
    rows.push({ name, kind: 'ours', value: (fields.get('phone')?.length ?? 0) - PHONE.length, goals })
  }
  const note = 'The green key, which all fields of a record share, is not counted.'
  return { title: 'Bytes added to one field of a record', unit: 'bytes', rows, note }
}
