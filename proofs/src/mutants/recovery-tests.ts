import { readFileSync } from 'node:fs'
import { EnvelopeProvider, inspectEnvelope, RecoveryKey, recoveryProvider } from '@parasol/backend-envelope'
import { FakeKms } from '@parasol/testing'
import { demand, demandRefusal, passes } from './conforms.js'

const FOLDER = new URL('../../../packages/backend-envelope/test/vectors/', import.meta.url)
const CONTEXT = { row: '7' }

interface Vector {
  readonly recoverySecret: string
  readonly context: Readonly<Record<string, string>>
  readonly ciphertext: string
  readonly plaintext?: string
}

/** The frozen vectors of recovery keys, and the life of recipients. */
export async function recoveryTests(): Promise<boolean> {
  return (await passes(readsVectors)) && (await passes(refusesVectors)) && (await passes(recipientsComeAndGo))
}

async function readsVectors(): Promise<void> {
  for (const vector of load('recovery')) demand((await open(vector)) === vector.plaintext, 'opened')
}

async function refusesVectors(): Promise<void> {
  for (const vector of load('recovery-refused')) await demandRefusal('DECRYPTION_FAILED', () => open(vector))
}

async function recipientsComeAndGo(): Promise<void> {
  const kms = new FakeKms()
  const key = await RecoveryKey.generate()
  const over = (recovery: readonly { publicKey: string }[]) =>
    new EnvelopeProvider({ kms, keyId: 'alias/test', recovery })
  const ciphertext = await over([{ publicKey: key.publicKey.toString() }]).encrypt(Buffer.from('text'), CONTEXT)
  const { greenKeyBytes } = inspectEnvelope(ciphertext)
  const flipped = Uint8Array.from(ciphertext, (byte, index) => (index === greenKeyBytes - 1 ? byte ^ 1 : byte))
  await demandRefusal('DECRYPTION_FAILED', () => recoveryProvider({ recoveryKey: key }).decrypt(flipped, CONTEXT))
  const without = await over([]).rewrap(ciphertext, CONTEXT)
  demand(inspectEnvelope(without).wrappedKeys.length === 1, 'taken away')
  key[Symbol.dispose]()
  await demandRefusal('CLOSED', () => recoveryProvider({ recoveryKey: key }).decrypt(ciphertext, CONTEXT))
}

async function open({ recoverySecret, context, ciphertext }: Vector): Promise<string> {
  using recoveryKey = await RecoveryKey.fromSecret(Buffer.from(recoverySecret, 'hex'))
  using provider = recoveryProvider({ recoveryKey })
  return Buffer.from(await provider.decrypt(Buffer.from(ciphertext, 'hex'), context)).toString('hex')
}

function load(name: string): readonly Vector[] {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'))
}
