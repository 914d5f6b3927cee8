import { CryptoError } from '@parasol/core'
import type { AliyunKms, TransportName } from '@parasol/kms-aliyun'
import { FaultInjector, transientFaultNames } from '@parasol/kms-local'
import { KEY_ID, type LocalKmsServer, startLocalKmsServer } from '../local-kms-server.js'
import type { Proof, ProofContext } from '../proof.js'
import { createRawClient } from '../raw-client.js'

const OPERATIONS = { short: 1_000, full: 100_000 } as const
const CONCURRENT = 32
const SHARE_BAD = 0.33
/** Far more than a reply takes on a machine that is busy with other things, where a third of them is bad by the plan alone. */
const ATTEMPT_MS = 3_000
const MAX_ATTEMPTS = 200
const DEADLINE_MS = 600_000
/** From when a call should have ended. Counted by timers of this process, which are as late as those that it waits for. */
const GRACE_MS = 1_000

export const faults: Proof = {
  name: 'faults',
  claim:
    'Over either transport KMS calls succeed although a third of the replies is bad, and take none of those for an answer',
  goal: 'failed = wrong = untyped = late = 0; when every reply is bad, each call ends within its limit with an error that says to try again',

  async measure(context) {
    const lean = await measureTransport('lean', context)
    const official = await measureTransport('official', context)
    return {
      figures: { ...prefixed('lean', lean), ...prefixed('official', official) },
      holds: isSound(lean) && isSound(official),
    }
  },

  async control(context) {
    await using server = await startLocalKmsServer(injectorOf(context, SHARE_BAD))
    const { operations, failed, wrong, untyped } = await run(100, rawOperation(server), DEADLINE_MS, context)
    return { figures: { operations, failed, wrong, untyped }, holds: failed + wrong + untyped === 0 }
  },
}

type Figures = Tally & { readonly badShare: number; readonly hopelessCalls: number; readonly hopelessInOrder: number }

async function measureTransport(transport: TransportName, context: ProofContext): Promise<Figures> {
  const injector = injectorOf(context, SHARE_BAD)
  await using server = await startLocalKmsServer(injector)
  const limits = {
    attemptTimeoutMs: ATTEMPT_MS,
    totalTimeoutMs: DEADLINE_MS,
    maxAttempts: MAX_ATTEMPTS,
    maxConcurrent: CONCURRENT,
  }
  const kms = server.client({ transport, ...limits })
  const operate = (index: number) => operation(kms, server, index)
  const tally = await run(OPERATIONS[context.scale], operate, DEADLINE_MS, context)
  const badShare = Math.round((100 * injector.injected) / injector.requests) / 100
  return { ...tally, badShare, ...(await measureHopeless(transport, context)) }
}

function isSound({ failed, wrong, untyped, late, badShare, hopelessCalls, hopelessInOrder }: Figures): boolean {
  return failed + wrong + untyped + late === 0 && badShare > 0.25 && hopelessInOrder === hopelessCalls
}

function prefixed(prefix: string, figures: Figures): Record<string, number> {
  const entries = Object.entries(figures)
  return Object.fromEntries(
    entries.map(([name, value]) => [`${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`, value]),
  )
}

/** Lets all that comes right by itself go wrong, together with a share of the requests. */
function injectorOf({ seed }: ProofContext, share: number): FaultInjector {
  const { length } = transientFaultNames
  // Each rule chooses among what the rules before it have left.
  const rules = transientFaultNames.map((fault, index) => ({ fault, share: share / (length - share * index) }))
  return new FaultInjector({ seed, rules })
}

interface Tally {
  operations: number
  failed: number
  /** Answered with something that is not the answer. */
  wrong: number
  untyped: number
  late: number
}

type Operation = (index: number) => Promise<boolean>

async function run(count: number, operate: Operation, deadline: number, { progress }: ProofContext): Promise<Tally> {
  const tally: Tally = { operations: 0, failed: 0, wrong: 0, untyped: 0, late: 0 }
  const work = async (): Promise<void> => {
    while (tally.operations < count) {
      using limit = new Limit(deadline)
      const outcome = await outcomeOf(() => operate(tally.operations++))
      if (outcome !== 'right') tally[outcome]++
      if (limit.isOver) tally.late++
      progress(tally.operations, count)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENT }, work))
  return tally
}

/** Whether a time and some more have passed, by two timers one after the other: a process that stood still is not blamed. */
class Limit implements Disposable {
  isOver = false
  #timer: NodeJS.Timeout

  constructor(milliseconds: number) {
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => {
        this.isOver = true
      }, GRACE_MS)
    }, milliseconds)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}

async function outcomeOf(operate: () => Promise<boolean>): Promise<'right' | 'failed' | 'wrong' | 'untyped'> {
  try {
    return (await operate()) ? 'right' : 'wrong'
  } catch (error) {
    return CryptoError.is(error) && error.retryable ? 'failed' : 'untyped'
  }
}

/** One of the three operations, and whether its result is right as the KMS itself sees it. */
async function operation(kms: AliyunKms, { kms: truth }: LocalKmsServer, index: number): Promise<boolean> {
  const context = { row: String(index) }
  const text = Buffer.from(`row ${index}`)
  if (index % 3 === 0) return text.equals(await truth.decrypt(await kms.encrypt(KEY_ID, text, context), context))
  if (index % 3 === 1) return text.equals(await kms.decrypt(await truth.encrypt(KEY_ID, text, context), context))
  using key = await kms.generateDataKey(KEY_ID, context)
  return Buffer.from(key.plaintext).equals(await truth.decrypt(key.wrapped, context))
}

function rawOperation({ endpoint, accessKey, kms: truth }: LocalKmsServer): Operation {
  const { client, requests } = createRawClient({
    endpoint,
    accessKeyId: accessKey.id,
    accessKeySecret: accessKey.secret,
  })
  return async (index) => {
    const text = Buffer.from(`row ${index}`)
    const plaintext = text.toString('base64')
    const { ciphertextBlob } = await client.encrypt(new requests.EncryptRequest({ keyId: KEY_ID, plaintext }))
    if (ciphertextBlob === undefined) return false
    const opened = await truth.decrypt(Buffer.from(ciphertextBlob, 'base64'), {}).catch(() => undefined)
    return opened !== undefined && text.equals(opened)
  }
}

const HOPELESS_CALLS = 48
const HOPELESS_LIMIT_MS = 1_000

async function measureHopeless(
  transport: TransportName,
  context: ProofContext,
): Promise<{ hopelessCalls: number; hopelessInOrder: number }> {
  await using server = await startLocalKmsServer(injectorOf(context, 1))
  // Without the breaker, which would refuse most calls at once.
  const limits = { attemptTimeoutMs: 200, totalTimeoutMs: HOPELESS_LIMIT_MS, maxAttempts: 100, breakAfter: 1_000_000 }
  const kms = server.client({ transport, ...limits })
  const { operations, failed, late } = await run(
    HOPELESS_CALLS,
    (index) => operation(kms, server, index),
    HOPELESS_LIMIT_MS,
    context,
  )
  return { hopelessCalls: operations, hopelessInOrder: failed - late }
}
