import {
  EnvelopeProvider,
  parseRecoveryText,
  RecoveryKey,
  RecoveryPublicKey,
  recoveryProvider,
  withRecoveryText,
} from '@parasol/backend-envelope'
import { CryptoError } from '@parasol/core'
import { FailoverKms } from '@parasol/kms-failover'
import { FakeKms } from '@parasol/testing'
import { latin1, type Target, windows } from './target.js'

const CONTEXT = { table: 'customers', row: '7' }
const TEXT = Buffer.from('13800138000')

/** What a recovery key reads, the text that it is kept as, its public half, and what a failover routes. */
export async function recoveryTargets(): Promise<readonly Target[]> {
  const key = await RecoveryKey.generate()
  const text = await withRecoveryText(key, async (bytes) => Uint8Array.from(bytes))
  return [await recoveryTarget(key), textTarget(text), publicKeyTarget(key), await failoverTarget()]
}

async function recoveryTarget(recoveryKey: RecoveryKey): Promise<Target> {
  const recovery = [{ publicKey: recoveryKey.publicKey.toString() }]
  const made = new EnvelopeProvider({ kms: new FakeKms(), keyId: 'alias/proof', recovery })
  const samples = [await made.encrypt(TEXT, CONTEXT), await made.encrypt(new Uint8Array(), CONTEXT)]
  const provider = recoveryProvider({ recoveryKey })
  return {
    name: 'recovery',
    samples,
    share: 1,
    secrets: (input) => windows(latin1(input)),
    feed: async (input) => {
      await provider.decrypt(input, CONTEXT)
      return samples.some((sample) => Buffer.compare(sample, input) === 0) ? 'taken' : 'wrongly'
    },
  }
}

function textTarget(text: Uint8Array): Target {
  return {
    name: 'recoveryText',
    samples: [text],
    share: 1,
    secrets: () => windows(latin1(text.subarray(-65, -1))),
    feed: async (input) => {
      using _ = await parseRecoveryText(input)
      return /\nsecret [0-9a-f]{64}/.test(latin1(input)) ? 'taken' : 'wrongly'
    },
  }
}

function publicKeyTarget({ publicKey }: RecoveryKey): Target {
  return {
    name: 'recoveryPublicKey',
    samples: [Buffer.from(publicKey.toString())],
    share: 1,
    secrets: (input) => windows(latin1(input)),
    feed: async (input) => (RecoveryPublicKey.parse(latin1(input)).toString() === latin1(input) ? 'taken' : 'wrongly'),
  }
}

async function failoverTarget(): Promise<Target> {
  const first = new FakeKms()
  const kms = new FailoverKms({
    first: { name: 'first', kms: first },
    fallback: [{ name: 'second', kms: new FakeKms() }],
  })
  const ofFirst = await kms.encrypt('alias/proof', TEXT, {})
  first.failNext(new CryptoError('KMS_UNAVAILABLE', 'on purpose'))
  const samples = [ofFirst, await kms.encrypt('alias/proof', TEXT, {})]
  return {
    name: 'failover',
    samples,
    share: 1,
    secrets: (input) => windows(latin1(input)),
    feed: async (input) => {
      await kms.decrypt(input, {})
      return samples.some((sample) => Buffer.compare(sample, input) === 0) ? 'taken' : 'wrongly'
    },
  }
}
