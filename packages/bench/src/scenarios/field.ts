import { type BenchCipher, CONTEXT, envelopes } from '../ciphers.js'
import { contender } from '../contender.js'
import { RawAes } from '../raw-aes.js'
import { formatBytes, sampleText } from '../sample-text.js'
import type { Comparison, Contender, Scenario } from '../scenario.js'
import { TextAes } from '../text-aes.js'

const AAD = Buffer.alloc(48, 'a')

export const field: Scenario = {
  name: 'field',
  title: 'One field',
  shows: 'what a key of its own, a commitment and text in and out cost beside bare AES-256-GCM under one key',
  async *run({ sizes }) {
    for (const size of sizes) yield* comparisons(size)
  },
}

async function* comparisons(size: number): AsyncGenerator<Comparison> {
  const text = sampleText(size)
  const ciphers = envelopes()
  yield {
    title: `Encrypt a field of ${formatBytes(size)}`,
    metric: 'cpu',
    axis: { chart: 'Encrypt a field', label: formatBytes(size), value: size },
    contenders: [rawEncrypt(text), textEncrypt(text), ...ciphers.map((each) => encrypt(each, text))],
  }
  yield {
    title: `Decrypt a field of ${formatBytes(size)}`,
    metric: 'cpu',
    axis: { chart: 'Decrypt a field', label: formatBytes(size), value: size },
    contenders: [
      rawDecrypt(text),
      textDecrypt(text),
      ...(await Promise.all(ciphers.map((each) => decrypt(each, text)))),
    ],
  }
}

const RAW = { name: 'node:crypto AES-256-GCM, one key, binary', kind: 'baseline' } as const
const RAW_TEXT = { name: 'node:crypto AES-256-GCM, one key, text', kind: 'baseline' } as const

function rawEncrypt(text: string): Contender {
  const raw = new RawAes()
  const plaintext = Buffer.from(text)
  return contender({
    ...RAW,
    work: () => raw.encrypt(plaintext, AAD),
    undo: (sealed) => raw.decrypt(sealed, AAD),
    expected: plaintext,
  })
}

function rawDecrypt(text: string): Contender {
  const raw = new RawAes()
  const plaintext = Buffer.from(text)
  const sealed = raw.encrypt(plaintext, AAD)
  return contender({ ...RAW, work: () => raw.decrypt(sealed, AAD), undo: (opened) => opened, expected: plaintext })
}

function textEncrypt(text: string): Contender {
  const raw = new TextAes()
  const work = (): string => raw.encrypt(text, AAD)
  return contender({ ...RAW_TEXT, work, undo: (sealed) => raw.decrypt(sealed, AAD), expected: text })
}

function textDecrypt(text: string): Contender {
  const raw = new TextAes()
  const sealed = raw.encrypt(text, AAD)
  return contender({ ...RAW_TEXT, work: () => raw.decrypt(sealed, AAD), undo: (opened) => opened, expected: text })
}

function encrypt({ name, cipher }: BenchCipher, text: string): Contender {
  return contender({
    name,
    kind: 'ours',
    work: () => cipher.encrypt(text, CONTEXT),
    undo: (token) => cipher.decrypt(token, CONTEXT),
    expected: text,
  })
}

async function decrypt({ name, cipher }: BenchCipher, text: string): Promise<Contender> {
  const token = await cipher.encrypt(text, CONTEXT)
  return contender({
    name,
    kind: 'ours',
    work: () => cipher.decrypt(token, CONTEXT),
    undo: (opened) => opened,
    expected: text,
  })
}
