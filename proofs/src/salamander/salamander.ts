import { createDecipheriv, randomBytes } from 'node:crypto'
import { EnvelopeProvider } from '@parasol/backend-envelope'
import type { CryptoProvider, EncryptionContext } from '@parasol/core'
import { FakeKms } from '@parasol/testing'
import type { Proof, ProofContext } from '../proof.js'
import { type Forgery, greenKey, recordKey, SINGLE_VALUE, type Wrapping } from './forge-envelope.js'
import { twoKeyCiphertext } from './two-key-ciphertext.js'

const TRIALS = { short: 150, full: 10_000 } as const
const TEXTS = [Buffer.from('pay 100 to Alice'), Buffer.from('pay 999 to Mallo')] as const
const CONTEXT: EncryptionContext = { table: 'payments', row: '7' }
const OTHER_CONTEXT: EncryptionContext = { table: 'payments', row: '8' }

export const salamander: Proof = {
  name: 'salamander',
  claim: 'No envelope ciphertext opens under two data keys or in two contexts, although AES-GCM alone allows it',
  goal: 'openedTwice = 0, and openedOnce > 0, which shows that the forgeries are well made',

  async measure({ scale, progress }) {
    const total = { forgeries: 0, openedOnce: 0, openedTwice: 0 }
    for (let trial = 0; trial < TRIALS[scale]; trial++) {
      for (const [forgeries, readers] of [await underTwoKeys(), await inTwoContexts()]) {
        for (const forgery of forgeries) {
          total.forgeries++
          const opened = await countOpened(forgery, readers)
          if (opened === 1) total.openedOnce++
          if (opened > 1) total.openedTwice++
        }
      }
      progress(trial, TRIALS[scale])
    }
    return { figures: total, holds: total.openedTwice === 0 && total.openedOnce >= TRIALS[scale] }
  },

  async control({ scale, progress }: ProofContext) {
    let openedTwice = 0
    for (let trial = 0; trial < TRIALS[scale]; trial++) {
      const keys = [randomBytes(32), randomBytes(32)] as const
      const nonce = randomBytes(12)
      const sealed = twoKeyCiphertext({ keys, nonce, aad: SINGLE_VALUE, texts: TEXTS })
      if (keys.every((key) => openPlainGcm(key, nonce, sealed))) openedTwice++
      progress(trial, TRIALS[scale])
    }
    return { figures: { plainAesGcm: TRIALS[scale], openedTwice }, holds: openedTwice === 0 }
  },
}

type Reader = () => Promise<Uint8Array>
type Read = (ciphertext: Uint8Array) => readonly Reader[]

/** Two recipients, each with a KMS of its own: the wrappings hold different data keys. */
async function underTwoKeys(): Promise<readonly [readonly Uint8Array[], Read]> {
  const [one, other] = [await recipient('alias/one'), await recipient('alias/other')]
  const salt = randomBytes(24)
  const forgeries = [one, other].map(({ dataKey }) => ({ dataKey, salt, context: CONTEXT }))
  const read = (ciphertext: Uint8Array): readonly Reader[] =>
    [one, other].map(
      ({ provider }) =>
        () =>
          provider.decrypt(ciphertext, CONTEXT),
    )
  return [assemble(forgeries, [one.wrapping, other.wrapping]), read]
}

/** One recipient and one data key: the record keys differ by the context. */
async function inTwoContexts(): Promise<readonly [readonly Uint8Array[], Read]> {
  const { provider, wrapping, dataKey } = await recipient('alias/one')
  const salt = randomBytes(24)
  const contexts = [CONTEXT, OTHER_CONTEXT]
  const forgeries = contexts.map((context) => ({ dataKey, salt, context }))
  const read = (ciphertext: Uint8Array): readonly Reader[] =>
    contexts.map((context) => () => provider.decrypt(ciphertext, context))
  return [assemble(forgeries, [wrapping]), read]
}

interface Recipient {
  readonly provider: CryptoProvider
  readonly wrapping: Wrapping
  readonly dataKey: Uint8Array
}

async function recipient(keyId: string): Promise<Recipient> {
  const kms = new FakeKms()
  const { plaintext, wrapped } = await kms.generateDataKey(keyId, {})
  return { provider: new EnvelopeProvider({ kms, keyId }), wrapping: { keyId, wrapped }, dataKey: plaintext }
}

/** One ciphertext that is valid AES-GCM under both record keys, behind every mixture of commitment and list tag. */
function assemble(forgeries: readonly Forgery[], wrappings: readonly Wrapping[]): readonly Uint8Array[] {
  const nonce = randomBytes(12)
  const records = forgeries.map(recordKey)
  const keys = records.map(({ key }) => key) as [Uint8Array, Uint8Array]
  const sealed = twoKeyCiphertext({ keys, nonce, aad: SINGLE_VALUE, texts: TEXTS })
  return records.flatMap(({ commitment }) =>
    forgeries.map(({ salt, dataKey }) =>
      Buffer.concat([greenKey(salt, commitment, wrappings, dataKey), nonce, sealed]),
    ),
  )
}

async function countOpened(ciphertext: Uint8Array, read: Read): Promise<number> {
  const outcomes = await Promise.allSettled(read(ciphertext).map((reader) => reader()))
  return outcomes.filter(({ status }) => status === 'fulfilled').length
}

function openPlainGcm(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): boolean {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
  decipher.setAAD(SINGLE_VALUE).setAuthTag(sealed.subarray(-16))
  decipher.update(sealed.subarray(0, -16))
  try {
    decipher.final()
    return true
  } catch {
    return false
  }
}
