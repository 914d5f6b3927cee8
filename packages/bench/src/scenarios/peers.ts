import { type BenchCipher, CONTEXT, envelopes, FAST_SUITE } from '../ciphers.js'
import { contender } from '../contender.js'
import { openNaively, sealNaively } from '../naive-envelope.js'
import { AWS_CACHED } from '../peers/aws.js'
import { loadPeers } from '../peers/load-peers.js'
import type { Peer } from '../peers/peer.js'
import { formatBytes, sampleText } from '../sample-text.js'
import type { Absent, Comparison, Contender, Goal, Scenario } from '../scenario.js'
import { TextAes } from '../text-aes.js'

const AAD = Buffer.alloc(48, 'a')
const SMALL = 64

const goal: Goal = {
  text: 'A message of 64 B against the AWS Encryption SDK with a warm cache',
  measure: 'faster',
  bound: 60,
  aim: 150,
  against: AWS_CACHED,
}

export const peers: Scenario = {
  name: 'peers',
  title: 'What people use instead',
  shows: 'a text encrypted by Parasol and by other libraries; docs/benchmarks.md says what each does more or less',
  async *run({ sizes }) {
    const loaded = await loadPeers()
    const largest = Math.max(...sizes.filter((size) => size <= 65_536))
    for (const size of new Set([SMALL, largest])) yield* comparisons(size, loaded.peers, loaded.absent)
  },
}

async function* comparisons(
  size: number,
  others: readonly Peer[],
  absent: readonly Absent[],
): AsyncGenerator<Comparison> {
  const text = sampleText(size)
  const ciphers = envelopes().filter(({ suite }) => suite !== 'xsalsa20-poly1305')
  yield {
    title: `Encrypt a text of ${formatBytes(size)}`,
    metric: 'cpu',
    contenders: [
      bareEncrypt(text),
      naiveEncrypt(text),
      ...(await flat(ciphers, text, ours)),
      ...others.map(encryptOf(text)),
    ],
    absent,
  }
  yield {
    title: `Decrypt a text of ${formatBytes(size)}`,
    metric: 'cpu',
    contenders: [
      bareDecrypt(text),
      naiveDecrypt(text),
      ...(await flat(ciphers, text, oursDecrypt)),
      ...(await Promise.all(others.map((peer) => decryptOf(peer, text)))),
    ],
    absent,
  }
}

async function flat(
  ciphers: readonly BenchCipher[],
  text: string,
  make: (cipher: BenchCipher, text: string) => Promise<Contender>,
): Promise<Contender[]> {
  return Promise.all(ciphers.map((each) => make(each, text)))
}

const BARE = { name: 'node:crypto AES-256-GCM, one key, text', kind: 'baseline' } as const
const NAIVE = { name: 'naive envelope, no KMS', kind: 'peer' } as const

function bareEncrypt(text: string): Contender {
  const aes = new TextAes()
  const work = (): string => aes.encrypt(text, AAD)
  return contender({ ...BARE, work, undo: (sealed) => aes.decrypt(sealed, AAD), expected: text })
}

function bareDecrypt(text: string): Contender {
  const aes = new TextAes()
  const sealed = aes.encrypt(text, AAD)
  return contender({ ...BARE, work: () => aes.decrypt(sealed, AAD), undo: (opened) => opened, expected: text })
}

function naiveEncrypt(text: string): Contender {
  const work = (): Record<string, string> => sealNaively({ text }, AAD)
  return contender({ ...NAIVE, work, undo: (sealed) => openNaively(sealed, AAD), expected: { text } })
}

function naiveDecrypt(text: string): Contender {
  const sealed = sealNaively({ text }, AAD)
  return contender({ ...NAIVE, work: () => openNaively(sealed, AAD), undo: (opened) => opened, expected: { text } })
}

/** What need not wait does not; a data key of its own has to be fetched. */
async function ours({ name, suite, policy, cipher }: BenchCipher, text: string): Promise<Contender> {
  await cipher.encrypt(text, CONTEXT)
  const waits = policy === 'per-record'
  const work = waits ? () => cipher.encrypt(text, CONTEXT) : () => cipher.sync.encrypt(text, CONTEXT)
  const goals = suite === FAST_SUITE && text.length === SMALL ? [goal] : []
  const undo = (token: string): Promise<string> => cipher.decrypt(token, CONTEXT)
  return contender({ name: `Parasol ${name}`, kind: 'ours', goals, work, undo, expected: text })
}

async function oursDecrypt({ name, policy, cipher }: BenchCipher, text: string): Promise<Contender> {
  const token = await cipher.encrypt(text, CONTEXT)
  const waits = policy === 'per-record'
  const work = waits ? () => cipher.decrypt(token, CONTEXT) : () => cipher.sync.decrypt(token, CONTEXT)
  return contender({ name: `Parasol ${name}`, kind: 'ours', work, undo: (opened) => opened, expected: text })
}

function encryptOf(text: string): (peer: Peer) => Contender {
  return ({ name, encrypt, decrypt }) =>
    contender({
      name,
      kind: 'peer',
      work: () => encrypt(text),
      undo: (sealed) => decrypt(sealed as never),
      expected: text,
    })
}

async function decryptOf({ name, encrypt, decrypt }: Peer, text: string): Promise<Contender> {
  const sealed = (await encrypt(text)) as never
  return contender({ name, kind: 'peer', work: () => decrypt(sealed), undo: (opened) => opened, expected: text })
}
