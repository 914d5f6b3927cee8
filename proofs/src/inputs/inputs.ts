import { createDecipheriv } from 'node:crypto'
import { startLocalKmsServer } from '../local-kms-server.js'
import type { Proof, ProofContext } from '../proof.js'
import { randomFrom } from '../random.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { ciphertextTargets } from './ciphertext-targets.js'
import { configTarget, MAX_CONFIG_CPU_MS } from './config-target.js'
import { feed, type Tally } from './feed.js'
import { kmsServerTargets } from './kms-server-targets.js'
import { recoveryTargets } from './recovery-targets.js'
import { latin1, type Target, windows } from './target.js'

/** For each of the fast targets; slow ones get their share of it. */
const INPUTS = { short: 2_000, full: 100_000 } as const
const MAX_CPU_MS = 500
const MAX_GROWTH_MB = 400

export const inputs: Proof = {
  name: 'inputs',
  claim: 'Hostile tokens, green keys, ciphertexts, OpenPGP keys, configurations and KMS requests are refused in order',
  goal: `takenWrongly = untypedErrors = shown = hung = samplesRefused = 0, slowestCpuMs <= ${MAX_CPU_MS}, slowestConfigCpuMs <= ${MAX_CONFIG_CPU_MS}, memoryGrowthMb <= ${MAX_GROWTH_MB}`,

  async measure(context) {
    using folder = new TemporaryFolder()
    await using server = await startLocalKmsServer()
    const targets = [
      ...(await ciphertextTargets()),
      ...(await recoveryTargets()),
      configTarget(folder.path),
      ...kmsServerTargets(server),
    ]
    const before = process.resourceUsage().maxRSS
    const tallies = await feedAll(targets, INPUTS[context.scale], context)
    const memoryGrowthMb = Math.round((process.resourceUsage().maxRSS - before) / 1024)
    const figures = {
      targets: targets.length,
      ...sum(tallies),
      ...slowest(targets, tallies),
      memoryGrowthMb,
      faulty: faulty(targets, tallies),
    }
    return { figures, holds: figures.faulty === '' && memoryGrowthMb <= MAX_GROWTH_MB }
  },

  async control(context) {
    const tallies = await feedAll(carelessTargets, INPUTS.short, context)
    const caught = tallies.filter((tally) => !isSound(tally, MAX_CPU_MS)).length
    return { figures: { carelessParsers: tallies.length, caught }, holds: caught < tallies.length }
  },
}

async function feedAll(targets: readonly Target[], count: number, { seed, progress }: ProofContext): Promise<Tally[]> {
  const total = targets.reduce((all, { share }) => all + count * share, 0)
  let done = 0
  const tallies: Tally[] = []
  for (const target of targets) {
    tallies.push(await feed(target, count * target.share, randomFrom(seed), () => progress(done++, total)))
  }
  return tallies
}

function isSound(tally: Tally, maxCpuMs: number): boolean {
  const { takenWrongly, untypedErrors, shown, hung, samplesRefused, slowestCpuMs } = tally
  return takenWrongly + untypedErrors + shown + hung + samplesRefused === 0 && slowestCpuMs <= maxCpuMs
}

function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce((all, each) => {
    const added = Object.entries(all).map(([name, value]) => [name, value + each[name as keyof Tally]])
    return { ...Object.fromEntries(added), slowestCpuMs: Math.max(all.slowestCpuMs, each.slowestCpuMs) }
  })
}

/** Configurations come from the operator, and may take longer than what comes from strangers. */
function slowest(targets: readonly Target[], tallies: readonly Tally[]) {
  const among = (ofOperator: boolean): number =>
    Math.max(...tallies.filter((_, index) => (targets[index]?.maxCpuMs !== undefined) === ofOperator).map(cpuMs))
  return { slowestCpuMs: among(false), slowestConfigCpuMs: among(true) }
}

function cpuMs({ slowestCpuMs }: Tally): number {
  return slowestCpuMs
}

/** Each target that is not sound, with what is wrong. */
function faulty(targets: readonly Target[], tallies: readonly Tally[]): string {
  return targets
    .flatMap(({ name, maxCpuMs = MAX_CPU_MS }, index) => {
      const tally = tallies[index] as Tally
      return isSound(tally, maxCpuMs) ? [] : `${name}: ${JSON.stringify(tally)}`
    })
    .join('; ')
}

/** Parsers as one finds them, each with another fault that the measurement must see. */
const carelessTargets: readonly Target[] = [
  {
    name: 'throws what the platform throws',
    samples: [Buffer.from('{"version":1}')],
    share: 0.1,
    secrets: (input) => windows(latin1(input)),
    feed: async (input) => {
      JSON.parse(latin1(input))
      return 'taken'
    },
  },
  {
    name: 'does not authenticate',
    samples: [Buffer.alloc(48)],
    share: 0.1,
    secrets: () => [],
    feed: async (input) => {
      createDecipheriv('aes-256-ctr', Buffer.alloc(32), Buffer.alloc(16)).update(input)
      return input.length === 48 && input.every((byte) => byte === 0) ? 'taken' : 'wrongly'
    },
  },
]
