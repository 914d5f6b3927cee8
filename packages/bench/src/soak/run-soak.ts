import { short } from '../goals.js'
import { describeMachine, type Machine, machine } from '../machine.js'
import { type SoakResult, type SoakSample, soak } from './soak.js'
import { leakingWork, mixedWork } from './soak-work.js'
import { sparkline } from './trend.js'

export interface SoakReport {
  readonly machine: Machine
  readonly work: SoakResult
  /** Must grow: otherwise the trend finds nothing. */
  readonly control: SoakResult
}

/** Three quarters of the time for the work, one for the control. */
export async function runSoak(minutes: number, onSample?: (sample: SoakSample) => void): Promise<SoakReport> {
  const where = machine()
  const options = onSample ? { onSample } : {}
  const work = await soak(mixedWork(), { seconds: minutes * 45, ...options })
  const control = await soak(leakingWork(), { seconds: minutes * 15, samples: 30, ...options })
  return { machine: where, work, control }
}

export function formatSoak({ machine, work, control }: SoakReport): string {
  return [
    describeMachine(machine),
    describe(work),
    `  ${work.isFlat ? 'flat' : 'GROWS'}`,
    describe(control),
    `  ${control.isFlat ? 'NOT SEEN to grow: run it for longer' : 'seen to grow, as it must'}`,
  ].join('\n')
}

function describe({ name, records, samples, liveTrend, grownMiB }: SoakResult): string {
  const [first, last] = [samples.at(Math.floor(samples.length / 3)), samples.at(-1)]
  const line = (what: string, pick: (sample: SoakSample) => number): string =>
    `  ${what} ${sparkline(samples.map(pick))} ${short(first ? pick(first) : 0)} to ${short(last ? pick(last) : 0)} MiB`
  return [
    `\n${name}, ${records.toLocaleString('en-US')} records in ${Math.round(last?.seconds ?? 0)} s`,
    line('live memory', ({ live }) => live),
    line('RSS        ', ({ rss }) => rss),
    `  trend of live memory: ${short(liveTrend)} MiB for a million records, ${short(grownMiB)} MiB in this run`,
  ].join('\n')
}
