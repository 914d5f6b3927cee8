import { setTimeout as delay } from 'node:timers/promises'
import { EnvelopeProvider } from '@parasol/backend-envelope'
import { CryptoError, type Kms } from '@parasol/core'
import { FailoverKms } from '@parasol/kms-failover'
import { type Fault, startFaultyProxy } from '../faulty-proxy.js'
import { kmsFaults } from '../kms-faults.js'
import { KEY_ID, type LocalKmsServer, startLocalKmsServer } from '../local-kms-server.js'
import type { Finding, Proof, ProofContext } from '../proof.js'

const ROWS = { short: 8, full: 200 } as const
const SECOND_KEY = 'alias/second'
const PAUSE_MS = 100
const PATIENCE_MS = 20_000
/** Patient, so that a slow machine is not taken for a KMS that is away; one that hangs is `outage`'s matter. */
const LIMITS = { attemptTimeoutMs: 5_000, totalTimeoutMs: 20_000, maxAttempts: 2, breakAfter: 2, breakForMs: PAUSE_MS }

export const regions: Proof = {
  name: 'regions',
  claim:
    'With a failover to a second KMS that also stands in, the loss of either KMS stops neither encryption nor decryption',
  goal: 'failed = 0: while one is away, all rows of before are read, and new ones are written and read',
  measure: (context) => loseEach(context, true),
  /** With the first KMS alone. */
  control: (context) => loseEach({ ...context, scale: 'short' }, false),
}

interface Row {
  readonly text: string
  readonly ciphertext: Uint8Array
}

async function loseEach({ scale, progress }: ProofContext, both: boolean): Promise<Finding> {
  await using first = await openRegion()
  await using second = await openRegion()
  const kms = both ? failover(first.kms, second.kms) : first.kms
  const recovery = [{ kms: second.kms, keyId: SECOND_KEY, standsIn: true }]
  const provider = new EnvelopeProvider({ kms, keyId: KEY_ID, ...(both ? { recovery } : {}) })
  const tally = { outages: 0, read: 0, written: 0, failed: 0 }
  let rows = await write(provider, ROWS[scale], tally)
  const absences = [kmsFaults.reset, kmsFaults.unavailable].flatMap((fault) =>
    [first, second].map((region) => ({ fault, region })),
  )
  for (const [index, { fault, region }] of absences.entries()) {
    region.lose(fault)
    tally.outages++
    await read(provider, rows, tally)
    const fresh = await write(provider, ROWS[scale], tally)
    await read(provider, fresh, tally)
    region.lose(undefined)
    await untilBack(kms, [first, second])
    // What was wrapped by one KMS alone is wrapped by both again: rewrap makes up for it.
    rows = await Promise.all([...rows, ...fresh].slice(-2 * ROWS[scale]).map((row) => renew(provider, row)))
    await read(provider, rows, tally)
    progress(index, absences.length)
  }
  return { figures: { ...tally }, holds: tally.failed === 0 }
}

interface Region extends AsyncDisposable {
  readonly kms: ReturnType<LocalKmsServer['client']>
  lose(fault: Fault | undefined): void
}

/** A KMS with both keys, and a network to it that can fail. */
async function openRegion(): Promise<Region> {
  const server = await startLocalKmsServer()
  await server.service.ensureAlias(SECOND_KEY)
  let fault: Fault | undefined
  const proxy = await startFaultyProxy({ target: server.port, choose: () => fault })
  return {
    kms: server.client({ endpoint: proxy.endpoint, ...LIMITS }),
    lose: (now) => {
      fault = now
    },
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

function failover(first: Kms, second: Kms): FailoverKms {
  return new FailoverKms({
    first: { name: 'first', kms: first },
    fallback: [{ name: 'second', kms: second }],
    breakAfter: 2,
    breakForMs: PAUSE_MS,
  })
}

type Tally = { read: number; written: number; failed: number }

async function write(provider: EnvelopeProvider, count: number, tally: Tally): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (let index = 0; index < count; index++) {
    const text = `row ${index}`
    const ciphertext = await attempt(() => provider.encrypt(Buffer.from(text), {}), tally)
    if (ciphertext) rows.push({ text, ciphertext })
  }
  tally.written += rows.length
  return rows
}

async function read(provider: EnvelopeProvider, rows: readonly Row[], tally: Tally): Promise<void> {
  for (const { text, ciphertext } of rows) {
    const opened = await attempt(() => provider.decrypt(ciphertext, {}), tally)
    if (opened && Buffer.from(opened).toString() === text) tally.read++
  }
}

async function renew(provider: EnvelopeProvider, { text, ciphertext }: Row): Promise<Row> {
  return { text, ciphertext: await provider.rewrap(ciphertext, {}) }
}

async function attempt<T>(work: () => Promise<T>, tally: Tally): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!CryptoError.is(error)) throw error
    tally.failed++
    return undefined
  }
}

/** Until no circuit breaker is open any more. */
async function untilBack(kms: Kms, opened: readonly Region[]): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (performance.now() < deadline) {
    const all = [kms, ...opened.map((region) => region.kms)]
    const answers = all.map((each) => each.encrypt(SECOND_KEY, Buffer.from('there?'), {}).then(() => true))
    const there = await Promise.all(answers.map((answer) => answer.catch(() => false)))
    if (there.every(Boolean) && !(kms instanceof FailoverKms && isOpen(kms))) return
    await delay(PAUSE_MS)
  }
  throw new Error('A KMS did not come back')
}

function isOpen(kms: FailoverKms): boolean {
  return JSON.stringify(kms.stats()).includes('"circuitOpen":1')
}
