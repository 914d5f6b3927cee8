import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EnvelopeProvider } from '@parasol/backend-envelope'
import { createCrypto } from '@parasol/core'
import { createApiKey, hashApiKey, type RunningService, startService } from '@parasol/service'
import { FakeKms } from '@parasol/testing'
import { send } from '../kms-requests.js'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { randomFrom } from '../random.js'
import { type Callers, forgeries, honestRequests } from './forgeries.js'

const TRIALS = { short: 1_000, full: 100_000 } as const
const CONTROL_TRIALS = 200
const HONEST_IN = 10

export const serviceAuth: Proof = {
  name: 'service-auth',
  claim:
    'The service does nothing for a request that is forged, changed, repeated, signed at another time, or not allowed to its caller',
  goal: 'accepted = 0, replaysAccepted = 0, honestRefused = 0',

  async measure(context) {
    const callers: Callers = { writer: createApiKey(), reader: createApiKey(), secret: createApiKey() }
    await using service = await start(callers)
    return await attack(service.port, callers, TRIALS[context.scale], context)
  },

  /** A service that looks whether a request says who sends it, and no further. */
  async control(context): Promise<Finding> {
    const trusting = createServer((request, response) => request.resume().on('end', () => response.end('{}')))
    trusting.listen(0, '127.0.0.1')
    await once(trusting, 'listening')
    try {
      const callers: Callers = { writer: createApiKey(), reader: createApiKey(), secret: createApiKey() }
      return await attack((trusting.address() as AddressInfo).port, callers, CONTROL_TRIALS, context)
    } finally {
      trusting.close()
    }
  },
}

function start({ writer, reader, secret }: Callers): Promise<RunningService> {
  const provider = new EnvelopeProvider({ kms: new FakeKms(), keyId: 'alias/proof' })
  const one = { useCases: ['customer'], keyHashes: [] }
  return startService({
    crypto: createCrypto([provider], { customer: { scheme: 'envelope' }, other: { scheme: 'envelope' } }),
    callers: [
      { ...one, name: 'writer', keyHashes: [hashApiKey(writer)], operations: ['encrypt'] },
      { ...one, name: 'reader', keyHashes: [hashApiKey(reader)], operations: ['decrypt'] },
      { ...one, name: 'orders', secrets: [secret], operations: ['encrypt', 'decrypt'] },
    ],
  })
}

async function attack(
  port: number,
  callers: Callers,
  trials: number,
  { seed, progress }: ProofContext,
): Promise<Finding> {
  const random = randomFrom(seed)
  const figures = { forgeries: trials, accepted: 0, honest: 0, honestRefused: 0, replaysAccepted: 0 }
  const kinds = new Set<string>()
  for (let trial = 0; trial < trials; trial++) {
    const [kind, forge] = random.pick(Object.entries(forgeries))
    if (await isAccepted(port, forge(callers, random))) {
      figures.accepted++
      kinds.add(kind)
    }
    if (trial % HONEST_IN === 0) {
      const { request, isSigned } = random.pick(honestRequests)(callers)
      figures.honest++
      if (!(await isAccepted(port, request))) figures.honestRefused++
      if (isSigned && (await isAccepted(port, request))) figures.replaysAccepted++
    }
    progress(trial, trials)
  }
  const { accepted, replaysAccepted, honestRefused } = figures
  return {
    figures: { ...figures, acceptedKinds: [...kinds].join(', ') },
    holds: accepted + replaysAccepted + honestRefused === 0,
  }
}

async function isAccepted(port: number, request: string): Promise<boolean> {
  return /^HTTP\/1\.1 200 /.test(await send(port, request))
}
