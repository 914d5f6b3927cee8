import { type BenchCipher, CONTEXT, envelopes, FAST_SUITE } from '../ciphers.js'
import { contender } from '../contender.js'
import { RawAes } from '../raw-aes.js'
import type { Contender, Goal, Scenario } from '../scenario.js'
import { TextAes } from '../text-aes.js'

const AAD = Buffer.alloc(48, 'a')
const TEXT = 'Zhang San, 13800138000, Hangzhou, Zhejiang, postal code 310000 .'
const BYTES = Buffer.from(TEXT)
const FIELDS = 5
/** Goals are against this one: as we do, it takes text and gives text. */
const TEXT_BASELINE = 'node:crypto AES-256-GCM, one key, text'

/** Of those that do not wait, by suite. */
const encryptGoals: Readonly<Record<string, Goal>> = {
  [FAST_SUITE]: {
    text: 'A field of 64 B under reuse against bare AES-256-GCM',
    measure: 'faster',
    bound: 2,
    aim: 5,
    against: TEXT_BASELINE,
  },
  'aes-256-gcm': {
    text: 'A field of 64 B with AES-256-GCM against it bare',
    measure: 'faster',
    bound: 0.5,
    aim: 0.8,
    against: TEXT_BASELINE,
  },
}
const decryptGoals: Readonly<Record<string, Goal>> = {
  [FAST_SUITE]: {
    text: 'Decrypt a text of 64 B against bare AES-256-GCM',
    measure: 'faster',
    bound: 3,
    aim: 8,
    against: TEXT_BASELINE,
  },
}

const recordGoals: Readonly<Record<string, Goal>> = {
  [FAST_SUITE]: { text: 'The same as fields of a record', measure: 'faster', bound: 3, aim: 8 },
}

export const text: Scenario = {
  name: 'text',
  title: 'A text of 64 bytes',
  shows: 'what a phone number or an address costs, text in and token out, awaited and not, beside bare AES-256-GCM',
  async *run() {
    const ciphers = envelopes().filter(({ suite, policy }) => suite !== 'xsalsa20-poly1305' && policy === 'reuse')
    const encrypting = await Promise.all(ciphers.map(encrypt))
    yield {
      title: `Encrypt a text of ${BYTES.length} B`,
      metric: 'cpu',
      contenders: [rawEncrypt(), textEncrypt(), ...encrypting.flat()],
    }
    const decrypting = await Promise.all(ciphers.map(decrypt))
    yield {
      title: `Decrypt a text of ${BYTES.length} B`,
      metric: 'cpu',
      contenders: [rawDecrypt(), textDecrypt(), ...decrypting.flat()],
    }
    yield {
      title: `Decrypt ${FIELDS} texts of ${BYTES.length} B of one record`,
      metric: 'cpu',
      contenders: [textsDecrypt(), ...(await Promise.all(ciphers.map(decryptRecord)))],
    }
  },
}

const RAW = { name: 'node:crypto AES-256-GCM, one key, binary', kind: 'baseline' } as const
const RAW_TEXT = { name: TEXT_BASELINE, kind: 'baseline' } as const

function rawEncrypt(): Contender {
  const raw = new RawAes()
  const work = (): Uint8Array => raw.encrypt(BYTES, AAD)
  return contender({ ...RAW, work, undo: (sealed) => raw.decrypt(sealed, AAD), expected: BYTES })
}

function rawDecrypt(): Contender {
  const raw = new RawAes()
  const sealed = raw.encrypt(BYTES, AAD)
  return contender({ ...RAW, work: () => raw.decrypt(sealed, AAD), undo: (opened) => opened, expected: BYTES })
}

function textEncrypt(): Contender {
  const raw = new TextAes()
  const work = (): string => raw.encrypt(TEXT, AAD)
  return contender({ ...RAW_TEXT, work, undo: (sealed) => raw.decrypt(sealed, AAD), expected: TEXT })
}

function textDecrypt(): Contender {
  const raw = new TextAes()
  const sealed = raw.encrypt(TEXT, AAD)
  return contender({ ...RAW_TEXT, work: () => raw.decrypt(sealed, AAD), undo: (opened) => opened, expected: TEXT })
}

function textsDecrypt(): Contender {
  const raw = new TextAes()
  const sealed = fields().map(([name, text]) => [name, raw.encrypt(text, AAD)] as const)
  const work = (): Record<string, string> => {
    const opened: Record<string, string> = {}
    for (const [name, ciphertext] of sealed) opened[name] = raw.decrypt(ciphertext, AAD)
    return opened
  }
  return contender({ ...RAW_TEXT, work, undo: (opened) => opened, expected: Object.fromEntries(fields()) })
}

async function decryptRecord({ name, cipher, suite }: BenchCipher): Promise<Contender> {
  const expected = Object.fromEntries(fields())
  const record = await cipher.encryptRecord(expected, CONTEXT)
  const goals = goalsFor(recordGoals[suite])
  const work = (): Promise<Record<string, string>> => cipher.decryptRecord(record, CONTEXT)
  return contender({ name, kind: 'ours', goals, expected, undo: (opened) => opened, work })
}

function fields(): [name: string, text: string][] {
  return Array.from({ length: FIELDS }, (_, index) => [`field${index}`, TEXT])
}

async function encrypt({ name, cipher, suite }: BenchCipher): Promise<Contender[]> {
  await cipher.encrypt(TEXT, CONTEXT)
  const goals = goalsFor(encryptGoals[suite])
  const common = { kind: 'ours', undo: (token: string) => cipher.decrypt(token, CONTEXT), expected: TEXT } as const
  return [
    contender({ name, ...common, work: () => cipher.encrypt(TEXT, CONTEXT) }),
    contender({ name: `${name}, sync`, ...common, goals, work: () => cipher.sync.encrypt(TEXT, CONTEXT) }),
  ]
}

async function decrypt({ name, cipher, suite }: BenchCipher): Promise<Contender[]> {
  const token = await cipher.encrypt(TEXT, CONTEXT)
  const goals = goalsFor(decryptGoals[suite])
  const common = { kind: 'ours', undo: (opened: string) => opened, expected: TEXT } as const
  return [
    contender({ name, ...common, work: () => cipher.decrypt(token, CONTEXT) }),
    contender({ name: `${name}, sync`, ...common, goals, work: () => cipher.sync.decrypt(token, CONTEXT) }),
  ]
}

function goalsFor(goal: Goal | undefined): readonly Goal[] {
  return goal ? [goal] : []
}
