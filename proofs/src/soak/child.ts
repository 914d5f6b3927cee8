import { setTimeout as delay } from 'node:timers/promises'
import { EnvelopeProvider, RecoveryKey, recoveryProvider } from '@parasol/backend-envelope'
import { KmsDirectProvider } from '@parasol/backend-kms-direct'
import { type Cipher, CryptoError, createCrypto } from '@parasol/core'
import { FailoverKms } from '@parasol/kms-failover'
import { FakeKms } from '@parasol/testing'
import { type Random, randomFrom } from '../random.js'
import type { Checkpoint } from './soak.js'

/*
 * The process that soak.ts watches: it does all that Parasol does in memory, over and over, and tells what it holds.
 *
 *     node --expose-gc child.js parasol|leaking OPERATIONS CHECKPOINTS SEED
 */

const [mode, total = '', count = '', seed = ''] = process.argv.slice(2)
const operations = Number(total)
const random = randomFrom(Number(seed))
const leak: Uint8Array[] = []
const WARM_UP = 8_000

const kms = new FailoverKms({
  first: { name: 'first', kms: new FakeKms() },
  fallback: [{ name: 'second', kms: new FakeKms() }],
})
const flaky = new FakeKms()
const recoveryKey = await RecoveryKey.generate()
const options = { kms, keyId: 'alias/soak' }
const recovery = [{ publicKey: recoveryKey.publicKey.toString() }]
const limits = { maxRecords: 50, maxKeys: 20, partitionBy: 'tenant', decrypt: { maxEntries: 20 } }
const providers = [
  new EnvelopeProvider({ ...options, scheme: 'reuse', dataKeys: { reuse: limits } }),
  new EnvelopeProvider({ ...options, scheme: 'single', recovery, suite: 'chacha20-poly1305' }),
  new EnvelopeProvider({ ...options, scheme: 'pool', dataKeys: { perRecord: { prefetch: 4 } } }),
  new EnvelopeProvider({ ...options, kms: flaky, scheme: 'flaky', dataKeys: { reuse: { maxStaleSeconds: 60 } } }),
  new KmsDirectProvider({ ...options, scheme: 'direct' }),
]
const crypto = createCrypto([...providers, recoveryProvider({ recoveryKey, scheme: 'recovered' })], {
  reuse: { scheme: 'reuse' },
  single: { scheme: 'single' },
  pool: { scheme: 'pool' },
  flaky: { scheme: 'flaky' },
  direct: { scheme: 'direct' },
  recovered: { scheme: 'recovered', purpose: 'single' },
})

/** One kind of work, as often as it is drawn. Each is one operation, or as many as it says. */
const works: readonly ((cipher: Cipher, context: Record<string, string>) => Promise<unknown>)[] = [
  async (cipher, context) => cipher.decrypt(await cipher.encrypt('13800138000', context), context),
  async (cipher, context) => cipher.decryptRecord(await cipher.encryptRecord({ a: '1', b: '浙江' }, context), context),
  async (cipher, context) => refused(cipher.decrypt(await cipher.encrypt('x', context), { ...context, row: '8' })),
  async (cipher, context) => refused(cipher.encrypt('x', context, { signal: AbortSignal.abort() })),
  async (_, context) => {
    const single = crypto.for('single')
    const token = await single.rewrap(await single.encrypt('13800138000', context), context)
    return crypto.for('recovered').decrypt(token.replace('.single.', '.recovered.'), context)
  },
  async (_, context) => {
    flaky.failNext(new CryptoError('KMS_UNAVAILABLE', 'on purpose'))
    return refused(crypto.for('flaky').encrypt('x', { ...context, tenant: String(random.below(1e9)) }))
  },
  async (_, context) => {
    const reuse = crypto.for('reuse')
    const chunks = reuse.decryptStream(reuse.encryptStream(source(100_000), context), context)
    for await (const chunk of chunks) if (random.below(4) === 0 && chunk.length > 0) break
  },
]

// V8 goes on compiling for a while, and caches have to be full.
await run(WARM_UP)
for (let checkpoint = 0; checkpoint < Number(count); checkpoint++) {
  if (checkpoint > 0) await run(operations / (Number(count) - 1))
  await tell(Math.round((checkpoint * operations) / (Number(count) - 1)))
}
process.disconnect?.()
for (const provider of providers) if (Symbol.dispose in provider) provider[Symbol.dispose]()

async function run(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const cipher = crypto.for(random.pick(['reuse', 'single', 'pool', 'direct'] as const))
    const context = { tenant: String(random.below(60)), row: String(round) }
    await (random.below(50) === 0 ? random.pick(works) : pickSmall(random))(cipher, context)
    if (mode === 'leaking') leak.push(new Uint8Array(32))
  }
}

/** Most of the work is small and quick. */
function pickSmall(from: Random): (typeof works)[number] {
  return works[from.below(4)] as (typeof works)[number]
}

async function tell(done: number): Promise<void> {
  const { gc } = globalThis
  // What waits for a turn of the loop, such as a pool that fills up, is part of neither.
  for (let turn = 0; turn < 3; turn++) {
    await delay(20)
    gc?.()
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  const resources = process.getActiveResourcesInfo().filter((name) => name !== 'Timeout').length
  const checkpoint: Checkpoint = { operations: done, heapBytes: heapUsed + external, rssBytes: rss, resources }
  process.send?.(checkpoint)
}

async function refused(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!CryptoError.is(error)) throw error
  }
}

async function* source(length: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < length; offset += 10_000) yield new Uint8Array(10_000)
}
