import { CONTEXT, envelopes } from '../ciphers.js'
import type { Count, CountRow, Goal, Scenario } from '../scenario.js'

const PHONE = '13800138000'
const goal: Goal = { text: 'Bytes added to a field of 11 bytes, green key aside', measure: 'value', bound: 48 }

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
  for (const { name, suite, policy, provider } of envelopes()) {
    const { fields } = await provider.encryptRecord(new Map([['phone', Buffer.from(PHONE)]]), CONTEXT)
    const value = (fields.get('phone')?.length ?? 0) - PHONE.length
    rows.push({ name, kind: 'ours', value, goals: suite === 'aes-256-gcm' && policy === 'reuse' ? [goal] : [] })
  }
  const note = 'The green key, which all fields of a record share, is not counted.'
  return { title: 'Bytes added to one field of a record', unit: 'bytes', rows, note }
}
