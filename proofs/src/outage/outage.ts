import { setTimeout as delay } from 'node:timers/promises'
import { EnvelopeProvider } from '@parasol/backend-envelope'
import { CryptoError, type Kms } from '@parasol/core'
import { type Fault, startFaultyProxy } from '../faulty-proxy.js'
import { kmsFaults } from '../kms-faults.js'
import { KEY_ID, startLocalKmsServer } from '../local-kms-server.js'
import type { Finding, Proof, ProofContext } from '../proof.js'

const ROUNDS = { short: 2, full: 50 } as const
const CALLS = 40
const LIMIT_MS = 1_000
const GRACE_MS = 2_000
const PAUSE_MS = 500
const RECOVERY_MS = 5_000

/** Ways for a KMS to be away; without a fault nothing listens. */
const absences: readonly (Fault | undefined)[] = [undefined, kmsFaults.hanging, kmsFaults.unavailable]

export const outage: Proof = {
  name: 'outage',
  claim:
    'When the KMS is away, each call ends in time with an error that says to try again, and soon it is hardly asked any more; when it is back, calls succeed by themselves within five seconds',
  goal: 'inOrder = calls, recovered = outages, attempts later = 0 beyond one call in each pause of the circuit breaker',
  measure: (context) => endure((kms) => kms, RECOVERY_MS, context),
  control: (context) => endure(rememberFailures, 2 * PAUSE_MS, { ...context, scale: 'short' }),
}

async function endure(
  wrap: (kms: Kms) => Kms,
  patienceMs: number,
  { scale, progress }: ProofContext,
): Promise<Finding> {
  await using server = await startLocalKmsServer()
  let fault: Fault | undefined
  const start = (port?: number) =>
    startFaultyProxy({ target: server.port, choose: () => fault, ...(port === undefined ? {} : { port }) })
  let proxy = await start()
  const limits = { attemptTimeoutMs: 300, totalTimeoutMs: LIMIT_MS, maxAttempts: 3, breakForMs: PAUSE_MS }
  const client = server.client({ endpoint: proxy.endpoint, ...limits })
  const attempts = (): number => Number(client.stats()['attempts'])
  const kms = wrap(client)
  const provider = new EnvelopeProvider({ kms, keyId: KEY_ID })
  const works = async (): Promise<boolean> => {
    const opened = await provider.decrypt(await provider.encrypt(Buffer.from('text'), {}), {})
    return Buffer.from(opened).toString() === 'text'
  }
  const tally = { outages: 0, calls: 0, inOrder: 0, recovered: 0, attempts: 0, 'attempts later': 0 }
  const worked = await works()
  for (let round = 0; round < ROUNDS[scale]; round++) {
    for (const absence of absences) {
      fault = absence
      if (!absence) await proxy[Symbol.asyncDispose]()
      const before = attempts()
      const calls = await many(works)
      const between = attempts()
      const started = performance.now()
      calls.push(...(await many(works)))
      // A call that goes through once a pause is tried three times at most.
      const allowed = limits.maxAttempts * (1 + Math.floor((performance.now() - started) / PAUSE_MS))
      tally.attempts += attempts() - before
      tally['attempts later'] += Math.max(0, attempts() - between - allowed)
      fault = undefined
      if (!absence) proxy = await start(proxy.port)
      tally.outages++
      tally.calls += calls.length
      tally.inOrder += calls.filter(Boolean).length
      if (await recovers(works, patienceMs)) tally.recovered++
    }
    progress(round, ROUNDS[scale])
  }
  await proxy[Symbol.asyncDispose]()
  const { calls, inOrder, outages, recovered } = tally
  return {
    figures: tally,
    holds: worked && inOrder === calls && recovered === outages && tally['attempts later'] === 0,
  }
}

function many(work: () => Promise<boolean>): Promise<boolean[]> {
  return Promise.all(Array.from({ length: CALLS }, () => endsInOrder(work)))
}

async function recovers(works: () => Promise<boolean>, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs
  while (performance.now() < deadline) {
    if (await works().catch(() => false)) return true
    await delay(50)
  }
  return false
}

async function endsInOrder(work: () => Promise<boolean>): Promise<boolean> {
  const started = performance.now()
  try {
    await work()
    return false
  } catch (error) {
    return CryptoError.is(error) && error.retryable && performance.now() - started < LIMIT_MS + GRACE_MS
  }
}

/** What a container does that keeps a rejected promise, or a breaker that nobody closes. */
function rememberFailures(kms: Kms): Kms {
  let failure: unknown
  const remembering = async <T>(work: () => Promise<T>): Promise<T> => {
    if (failure) throw failure
    return work().catch((error) => {
      failure = error
      throw error
    })
  }
  return {
    maxPlaintextBytes: kms.maxPlaintextBytes,
    encrypt: (...args) => remembering(() => kms.encrypt(...args)),
    decrypt: (...args) => remembering(() => kms.decrypt(...args)),
    generateDataKey: (...args) => remembering(() => kms.generateDataKey(...args)),
  }
}
