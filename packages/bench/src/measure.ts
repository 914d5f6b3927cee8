import { setTimeout } from 'node:timers/promises'
import type { Comparison, Scenario } from './scenario.js'

export interface MeasureOptions {
  readonly rounds: number
  /** How much CPU time each scenario gets in each round. */
  readonly roundMs: number
}

export interface Measured {
  readonly name: string
  /** CPU time of the process for one piece of work, microseconds: the median of all rounds. */
  readonly cpuMicros: number
  /** How many times faster than the first scenario of its comparison: the median of the ratios of each round. */
  readonly faster: number
}

/**
 * Measures CPU time, not time by the wall, in rounds in which every scenario has its turn: whatever else the machine
 * does meanwhile hits all of them alike, and a ratio is of two measurements that are next to each other.
 */
export async function measure({ scenarios }: Comparison, { rounds, roundMs }: MeasureOptions): Promise<Measured[]> {
  const turns = []
  for (const scenario of scenarios) turns.push({ scenario, times: await calibrate(scenario, roundMs) })
  const costs: number[][] = []
  for (let round = 0; round < rounds; round++) {
    const costsOfRound = []
    for (const { scenario, times } of turns) costsOfRound.push(await cpuMicros(scenario, times))
    costs.push(costsOfRound)
  }
  return scenarios.map(({ name }, index) => ({
    name,
    cpuMicros: median(costs.map((round) => round[index] as number)),
    faster: median(costs.map((round) => (round[0] as number) / (round[index] as number))),
  }))
}

/** How often the work fits into a round, found by warming it up. */
async function calibrate(scenario: Scenario, roundMs: number): Promise<number> {
  await scenario.run(1)
  // What a scenario prepares in the background is prepared then.
  await setTimeout(50)
  let times = 1
  for (;;) {
    const spent = (await cpuMicros(scenario, times)) * times
    if (spent >= roundMs * 1000) return Math.max(1, Math.round((times * roundMs * 1000) / spent))
    times *= 2
  }
}

async function cpuMicros(scenario: Scenario, times: number): Promise<number> {
  const before = process.cpuUsage()
  await scenario.run(times)
  const { user, system } = process.cpuUsage(before)
  return Math.max(user + system, 1) / times
}

/** The one in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] as number
}
