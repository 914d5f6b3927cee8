import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Signer, send } from '../kms-requests.js'
import { startLocalKmsServer } from '../local-kms-server.js'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { type Random, randomFrom } from '../random.js'
import { forgeries, honestRequest } from './forgeries.js'
import { sessionForgeries } from './session-forgeries.js'

const TRIALS = { short: 1_000, full: 100_000 } as const
const CONTROL_TRIALS = 100
const HONEST_IN = 10

export const auth: Proof = {
  name: 'auth',
  claim:
    'The local KMS answers no request that is forged, changed, repeated, signed at another time, or of a session that is over',
  goal: 'accepted = 0, replaysAccepted = 0, honestRefused = 0',

  async measure(context) {
    await using server = await startLocalKmsServer()
    const { honest, forgeries: ofSessions } = await sessionForgeries(server.service, server.accessKey)
    const all = { ...forgeriesOf(server.accessKey), ...ofSessions }
    const honestRequests = [() => honestRequest(server.accessKey), honest]
    return await attack({ port: server.port, forgeries: all, honestRequests }, TRIALS[context.scale], context)
  },

  /** A server that looks at the name of the access key alone. */
  async control(context) {
    const trusting = createServer((request, response) => request.resume().on('end', () => response.end('{}')))
    trusting.listen(0, '127.0.0.1')
    await once(trusting, 'listening')
    try {
      const { port } = trusting.address() as AddressInfo
      const signer = { id: 'LTAI', secret: 'secret' }
      const target = { port, forgeries: forgeriesOf(signer), honestRequests: [() => honestRequest(signer)] }
      return await attack(target, CONTROL_TRIALS, context)
    } finally {
      trusting.close()
    }
  },
}

interface Target {
  readonly port: number
  /** By what is wrong with them. */
  readonly forgeries: Readonly<Record<string, (random: Random) => string>>
  readonly honestRequests: readonly (() => string)[]
}

function forgeriesOf(signer: Signer): Target['forgeries'] {
  return Object.fromEntries(Object.entries(forgeries).map(([kind, forge]) => [kind, (random) => forge(signer, random)]))
}

async function attack(
  { port, forgeries, honestRequests }: Target,
  trials: number,
  { seed, progress }: ProofContext,
): Promise<Finding> {
  const random = randomFrom(seed)
  const figures = { forgeries: trials, accepted: 0, honest: 0, honestRefused: 0, replaysAccepted: 0, acceptedKinds: '' }
  const kinds = new Set<string>()
  for (let trial = 0; trial < trials; trial++) {
    const [kind, forge] = random.pick(Object.entries(forgeries))
    if (await isAccepted(port, forge(random))) {
      figures.accepted++
      kinds.add(kind)
    }
    if (trial % HONEST_IN === 0) {
      const honest = random.pick(honestRequests)()
      figures.honest++
      if (!(await isAccepted(port, honest))) figures.honestRefused++
      if (await isAccepted(port, honest)) figures.replaysAccepted++
    }
    progress(trial, trials)
  }
  const { accepted, replaysAccepted, honestRefused } = figures
  const named = { ...figures, acceptedKinds: [...kinds].join(', ') }
  return { figures: named, holds: accepted + replaysAccepted + honestRefused === 0 }
}

async function isAccepted(port: number, request: string): Promise<boolean> {
  return /^HTTP\/1\.1 200 /.test(await send(port, request))
}
