import { type MemoryMiB, memoryLook } from './live-memory.js'
import type { SoakWork } from './soak-work.js'
import { trendOf } from './trend.js'

/** Memory after so many records. */
export interface SoakSample extends MemoryMiB {
  readonly records: number
  readonly seconds: number
}

export interface SoakResult {
  readonly name: string
  readonly records: number
  readonly samples: readonly SoakSample[]
  /** Of live memory, in MiB for a million records: the trend after the first third, in which caches fill. */
  readonly liveTrend: number
  /** What that comes to in this run. */
  readonly grownMiB: number
  /** Whether that is at most a megabyte for a million records, or too little in all to tell. */
  readonly isFlat: boolean
}

export interface SoakOptions {
  readonly seconds: number
  readonly samples?: number
  readonly onSample?: (sample: SoakSample) => void
}

const FLAT_MIB_PER_MILLION = 1
/** What compiled code and caches take now and then. */
const FLAT_MIB = 0.25

/** Works without a pause, and looks at memory from time to time. */
export async function soak(work: SoakWork, { seconds, samples = 60, onSample }: SoakOptions): Promise<SoakResult> {
  const look = memoryLook()
  const start = performance.now()
  const taken: SoakSample[] = []
  let records = 0
  while (taken.length < samples) {
    const due = ((taken.length + 1) * seconds) / samples
    do records += await work.batch()
    while (elapsed(start) < due)
    const sample = { records, seconds: elapsed(start), ...look() }
    taken.push(sample)
    onSample?.(sample)
  }
  const settled = taken.slice(Math.floor(taken.length / 3))
  const liveTrend = trendOf(settled.map((sample) => ({ x: sample.records / 1e6, y: sample.live })))
  const grownMiB = (liveTrend * (records - (settled[0]?.records ?? records))) / 1e6
  const isFlat = liveTrend <= FLAT_MIB_PER_MILLION || grownMiB <= FLAT_MIB
  return { name: work.name, records, samples: taken, liveTrend, grownMiB, isFlat }
}

function elapsed(start: number): number {
  return (performance.now() - start) / 1000
}
