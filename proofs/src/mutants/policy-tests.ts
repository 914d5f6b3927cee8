import { type DataKeyPolicy, EnvelopeProvider, type ReuseLimits } from '@parasol/backend-envelope'
import { CryptoError, DataKey, type EncryptionContext, type Kms, PURPOSE_KEY } from '@parasol/core'
import { FakeKms } from '@parasol/testing'
import { demand, demandRefusal, passes } from './conforms.js'

const CONTEXT = { [PURPOSE_KEY]: 'phone', tenant: '1' }
const TEXT = Buffer.from('13800138000')
const away = () => new CryptoError('KMS_UNAVAILABLE', 'on purpose')

/** Limits of data keys, what the KMS sees, and what is left of keys. */
export async function policyTests(): Promise<boolean> {
  for (const test of tests) if (!(await passes(test))) return false
  return true
}

const tests: readonly (() => Promise<void>)[] = [
  async () => {
    const { kms, provider } = reuse({ maxRecords: 10 })
    for (let record = 0; record < 30; record++) await provider.encrypt(TEXT, CONTEXT)
    demand(kms.calls.generateDataKey === 3, 'a data key for ten records')
    await Promise.all(Array.from({ length: 30 }, () => provider.encrypt(TEXT, CONTEXT)))
    demand(kms.calls.generateDataKey === 6, 'however many wait for it')
  },
  async () => {
    const { kms, provider } = reuse({ maxBytes: 2 * TEXT.length + 1 })
    for (let record = 0; record < 4; record++) await provider.encrypt(TEXT, CONTEXT)
    demand(kms.calls.generateDataKey === 2, 'a data key for two records')
  },
  async () => {
    const { kms, provider } = reuse({})
    await Promise.all(Array.from({ length: 20 }, () => provider.encrypt(TEXT, CONTEXT)))
    demand(kms.calls.generateDataKey === 1, 'one call')
  },
  async () => {
    const { kms, provider } = reuse({ partitionBy: 'tenant' })
    for (const tenant of ['1', '2']) await provider.encrypt(TEXT, { ...CONTEXT, tenant })
    demand(kms.calls.generateDataKey === 2, 'a data key for each tenant')
  },
  keepsToAges,
  ...[0, -1].flatMap((limit) =>
    (['maxRecords', 'maxBytes', 'maxAgeSeconds'] as const).map((name) => async () => {
      await demandRefusal('INVALID_CONFIG', () => reuse({ [name]: limit }))
    }),
  ),
  async () => {
    const kms = new WatchedKms()
    const provider = new EnvelopeProvider({ kms, keyId: 'alias/test' })
    await provider.encrypt(TEXT, CONTEXT)
    demand(
      kms.contexts.every(({ purpose }) => purpose === 'phone'),
      'the purpose',
    )
    demand(kms.keys.every(isZero), 'zeroed')
  },
  async () => {
    for (const length of [0, 16, 31, 33]) {
      const provider = new EnvelopeProvider({ kms: new WatchedKms(length), keyId: 'alias/test' })
      await demandRefusal('KMS_PROTOCOL', () => provider.encrypt(TEXT, CONTEXT))
    }
  },
  keepsNoKey,
]

interface Keys {
  forEncryption(request: object): Promise<Disposable>
}

type NewKeys = new (options: object) => Keys

/** By a clock of its own, which only the classes inside the package take. */
async function keepsToAges(): Promise<void> {
  const kms = new FakeKms()
  let seconds = 0
  const source = new (await inside('per-record-data-keys', 'PerRecordDataKeys'))({ kms, keyId: 'alias/test' })
  const limits = { maxAgeSeconds: 10, maxStaleSeconds: 60 }
  const now = () => seconds * 1000
  const keys = new (await inside('reused-data-keys', 'ReusedDataKeys'))({ source, limits, now })
  const request = { kmsContext: {}, bytes: 1 }
  await keys.forEncryption(request)
  seconds = 10
  kms.failNext(away())
  await keys.forEncryption(request)
  demand(kms.calls.generateDataKey === 2, 'asked again after its age')
  seconds = 69.5
  kms.failNext(away())
  await keys.forEncryption(request)
  seconds = 70.1
  kms.failNext(away())
  await demandRefusal('KMS_UNAVAILABLE', () => keys.forEncryption(request))
}

async function inside(file: string, name: string): Promise<NewKeys> {
  const module = await import(new URL(`./${file}.js`, import.meta.resolve('@parasol/backend-envelope')).href)
  return (module as Record<string, NewKeys>)[name] as NewKeys
}

/** The policy copies the data key: the copy is seen by the memory that the KMS's own `encrypt` is given when it rewraps. */
async function keepsNoKey(): Promise<void> {
  const kms = new WatchedKms()
  const provider = new EnvelopeProvider({ kms, keyId: 'alias/test', dataKeys: { reuse: {} } })
  const ciphertext = await provider.encrypt(TEXT, CONTEXT)
  await provider.rewrap(ciphertext, CONTEXT)
  const [lent] = kms.lent
  demand(lent !== undefined && !isZero(lent), 'kept')
  provider[Symbol.dispose]()
  demand(isZero(lent as Uint8Array), 'zeroed when the policy ends')
}

function reuse(limits: ReuseLimits): { kms: FakeKms; provider: EnvelopeProvider } {
  const kms = new FakeKms()
  const dataKeys: DataKeyPolicy = { reuse: limits }
  return { kms, provider: new EnvelopeProvider({ kms, keyId: 'alias/test', dataKeys }) }
}

/** Remembers what it was shown, and the memory of keys that it gave and was given. */
class WatchedKms implements Kms {
  readonly maxPlaintextBytes = 4608
  readonly contexts: EncryptionContext[] = []
  readonly keys: Uint8Array[] = []
  readonly lent: Uint8Array[] = []
  readonly #kms = new FakeKms()
  readonly #length: number

  constructor(length = 32) {
    this.#length = length
  }

  async encrypt(keyId: string, plaintext: Uint8Array, context: EncryptionContext): Promise<Uint8Array> {
    this.lent.push(plaintext)
    return this.#kms.encrypt(keyId, plaintext, context)
  }

  async decrypt(ciphertext: Uint8Array, context: EncryptionContext): Promise<Uint8Array> {
    return this.#kms.decrypt(ciphertext, context)
  }

  async generateDataKey(keyId: string, context: EncryptionContext): Promise<DataKey> {
    this.contexts.push(context)
    using key = await this.#kms.generateDataKey(keyId, context)
    const plaintext = new Uint8Array(this.#length)
    plaintext.set(key.plaintext.subarray(0, this.#length))
    const given = new DataKey(key.wrapped, plaintext)
    this.keys.push(given.plaintext)
    return given
  }
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}
