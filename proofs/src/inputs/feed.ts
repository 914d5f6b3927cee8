import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'
import { CryptoError } from '@parasol/core'
import type { Random } from '../random.js'
import { mutate } from './mutate.js'
import type { Target } from './target.js'

const DEADLINE_MS = 30_000

/** What became of the inputs of one target. */
export interface Tally {
  inputs: number
  taken: number
  takenWrongly: number
  untypedErrors: number
  shown: number
  hung: number
  /** CPU time of the slowest input: unlike wall time it does not depend on what else the machine does. */
  slowestCpuMs: number
  samplesRefused: number
}

/** Feeds a target with its samples, which it must take, and then with their hostile neighbours. */
export async function feed(target: Target, count: number, random: Random, tick: () => void): Promise<Tally> {
  const tally: Tally = {
    inputs: 0,
    taken: 0,
    takenWrongly: 0,
    untypedErrors: 0,
    shown: 0,
    hung: 0,
    slowestCpuMs: 0,
    samplesRefused: 0,
  }
  if ((await feedOne(target, target.samples[0] as Uint8Array)) !== 'taken') tally.samplesRefused++
  for (let index = 0; index < count; index++) {
    const input = mutate(target.samples, random)
    const before = process.cpuUsage()
    const outcome = await feedOne(target, input)
    const { user, system } = process.cpuUsage(before)
    tally.slowestCpuMs = Math.max(tally.slowestCpuMs, Math.round((user + system) / 1000))
    tally.inputs++
    if (outcome !== 'refused') tally[outcome]++
    tick()
  }
  return tally
}

type Outcome = 'taken' | 'takenWrongly' | 'refused' | 'untypedErrors' | 'shown' | 'hung'

async function feedOne(target: Target, input: Uint8Array): Promise<Outcome> {
  const late = new AbortController()
  try {
    const deadline = delay(DEADLINE_MS, 'hung' as const, { signal: late.signal }).catch(() => 'hung' as const)
    const outcome = await Promise.race([target.feed(input), deadline])
    return outcome === 'wrongly' ? 'takenWrongly' : outcome
  } catch (error) {
    if (!CryptoError.is(error)) return 'untypedErrors'
    const text = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null })
    return target.secrets(input).some((secret) => text.includes(secret)) ? 'shown' : 'refused'
  } finally {
    late.abort()
  }
}
