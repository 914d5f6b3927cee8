import { setTimeout } from 'node:timers/promises'
import type { Comparison, Contender, Cost, Goal } from './scenario.js'
import { type Spread, spreadOf } from './statistics.js'

export interface MeasureOptions {
  readonly rounds: number
  readonly roundMs: number
  /** How long a contender works before it is measured. */
  readonly warmMs: number
}

export interface Measured {
  readonly name: string
  readonly kind: Contender['kind']
  /** Microseconds of one piece of work. */
  readonly micros: Spread
  /** How many times faster than the first contender: of the ratios of each round, not of the medians. */
  readonly faster: Spread
  /** The most of all rounds. */
  readonly memoryMiB: number | undefined
  readonly goals: readonly MeasuredGoal[]
}

export interface MeasuredGoal extends Goal {
  readonly reached: number
}

/**
 * Measures in rounds in which every contender has its turn: whatever else the machine does meanwhile hits all of them
 * alike, and a ratio is of two turns that are next to each other. Each round begins with another contender, so that
 * nobody always cleans up after the same one.
 */
export async function measure(comparison: Comparison, options: MeasureOptions): Promise<Measured[]> {
  const { contenders } = comparison
  for (const contender of contenders) await contender.check()
  const times: number[] = []
  for (const contender of contenders) times.push(comparison.times ?? (await calibrate(contender, options)))
  for (let turn = 0; turn < (comparison.warmTurns ?? 0); turn++) await turns(contenders, times, turn)
  const rounds: Cost[][] = []
  for (let round = 0; round < (comparison.rounds ?? options.rounds); round++) {
    rounds.push(await turns(contenders, times, round))
  }
  return contenders.map((contender, index) => summarize(comparison, contender, index, rounds))
}

async function turns(contenders: readonly Contender[], times: readonly number[], round: number): Promise<Cost[]> {
  const costs: Cost[] = []
  for (let turn = 0; turn < contenders.length; turn++) {
    const index = (round + turn) % contenders.length
    costs[index] = await (contenders[index] as Contender).turn(times[index] as number)
  }
  return costs
}

/** How often the work fits into a turn, found by warming it up until the compiler has seen enough of it. */
async function calibrate(contender: Contender, { roundMs, warmMs }: MeasureOptions): Promise<number> {
  await contender.turn(1)
  // What a contender prepares in the background is prepared then.
  await setTimeout(20)
  let warmed = 0
  for (let times = 1; ; times *= 2) {
    const spent = await turnMs(contender, times)
    warmed += spent
    if (spent < roundMs) continue
    while (warmed < warmMs) warmed += await turnMs(contender, times)
    return Math.max(1, Math.round((times * roundMs) / (await turnMs(contender, times))))
  }
}

/** Work that mostly waits is not done for ever. */
async function turnMs(contender: Contender, times: number): Promise<number> {
  const { cpuMicros, wallMicros } = await contender.turn(times)
  return (Math.max(cpuMicros, wallMicros / 4) * times) / 1000
}

function summarize(
  { contenders, metric }: Comparison,
  { name, kind, goals = [] }: Contender,
  index: number,
  rounds: readonly (readonly Cost[])[],
): Measured {
  const micros = (cost: Cost | undefined): number =>
    (metric === 'cpu' ? cost?.cpuMicros : cost?.wallMicros) ?? Number.NaN
  const ratios = (against: number): number[] => rounds.map((round) => micros(round[against]) / micros(round[index]))
  const memory = rounds.flatMap((round) => round[index]?.memoryMiB ?? [])
  const memoryMiB = memory.length > 0 ? Math.max(...memory) : undefined
  const reach = ({ measure, against }: Goal): number => {
    const other = against === undefined ? 0 : contenders.findIndex((each) => each.name === against)
    const faster = spreadOf(ratios(other)).median
    return { faster, cost: 1 / faster, memory: memoryMiB ?? Number.NaN, value: Number.NaN }[measure]
  }
  return {
    name,
    kind,
    micros: spreadOf(rounds.map((round) => micros(round[index]))),
    faster: spreadOf(ratios(0)),
    memoryMiB,
    goals: goals.map((goal) => ({ ...goal, reached: reach(goal) })),
  }
}
