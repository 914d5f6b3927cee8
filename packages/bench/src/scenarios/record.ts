import { type BenchCipher, CONTEXT, envelopes, FAST_SUITE } from '../ciphers.js'
import { contender } from '../contender.js'
import { openNaively, sealNaively } from '../naive-envelope.js'
import { sampleRecord } from '../sample-text.js'
import type { Comparison, Contender, Goal, Scenario } from '../scenario.js'

const AAD = Buffer.alloc(48, 'a')

type Fields = Record<string, string>

/** Newer Nodes punish keys that are plain bytes, as those of the naive envelope are. */
const isNew = Number(process.versions.node.split('.')[0]) >= 24
const goalOf: Goal = {
  text: 'Record of five fields against a naive envelope',
  measure: 'faster',
  ...(isNew ? { bound: 15, aim: 30 } : { bound: 6, aim: 10 }),
}

export const record: Scenario = {
  name: 'record',
  title: 'A record of fields of 64 characters',
  shows: 'what many fields under one key cost beside the envelope that one writes in an afternoon',
  async *run({ fields }) {
    for (const count of fields) yield* comparisons(count)
  },
}

async function* comparisons(count: number): AsyncGenerator<Comparison> {
  const fields = sampleRecord(count)
  const ciphers = envelopes()
  const label = count === 1 ? '1 field' : `${count} fields`
  yield {
    title: `Encrypt a record of ${label}`,
    metric: 'cpu',
    axis: { chart: 'Encrypt a record', label, value: count },
    contenders: [naiveEncrypt(fields), ...ciphers.map((each) => encrypt(each, fields))],
  }
  yield {
    title: `Decrypt a record of ${label}`,
    metric: 'cpu',
    axis: { chart: 'Decrypt a record', label, value: count },
    contenders: [naiveDecrypt(fields), ...(await Promise.all(ciphers.map((each) => decrypt(each, fields))))],
  }
}

const NAIVE = { name: 'naive envelope, no KMS', kind: 'baseline' } as const

function naiveEncrypt(fields: Fields): Contender {
  return contender({
    ...NAIVE,
    work: () => sealNaively(fields, AAD),
    undo: (sealed) => openNaively(sealed, AAD),
    expected: fields,
  })
}

function naiveDecrypt(fields: Fields): Contender {
  const sealed = sealNaively(fields, AAD)
  return contender({ ...NAIVE, work: () => openNaively(sealed, AAD), undo: (opened) => opened, expected: fields })
}

function encrypt({ name, cipher, suite }: BenchCipher, fields: Fields): Contender {
  const isMeasuredByGoal = suite === FAST_SUITE && Object.keys(fields).length === 5
  return contender({
    name,
    kind: 'ours',
    goals: isMeasuredByGoal ? [goalOf] : [],
    work: () => cipher.encryptRecord(fields, CONTEXT),
    undo: (sealed) => cipher.decryptRecord(sealed, CONTEXT),
    expected: fields,
  })
}

async function decrypt({ name, cipher }: BenchCipher, fields: Fields): Promise<Contender> {
  const sealed = await cipher.encryptRecord(fields, CONTEXT)
  return contender({
    name,
    kind: 'ours',
    work: () => cipher.decryptRecord(sealed, CONTEXT),
    undo: (opened) => ({ ...opened }),
    expected: fields,
  })
}
