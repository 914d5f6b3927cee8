import type { Machine } from './machine.js'
import type { Measured } from './measure.js'
import type { Absent, Axis, CountRow } from './scenario.js'

/** All that a run found; what `--json` writes. */
export interface Report {
  /** Of this shape. */
  readonly version: 1
  readonly scale: string
  /** When it began, as in ISO 8601. */
  readonly began: string
  readonly seconds: number
  readonly machine: Machine
  readonly scenarios: readonly ScenarioResult[]
}

export interface ScenarioResult {
  readonly name: string
  readonly title: string
  readonly shows: string
  readonly results: readonly Result[]
  /** Why it was not run. */
  readonly skipped?: string
  /** Why it ended before its end. */
  readonly failure?: string
}

export type Result = MeasuredResult | CountedResult

interface Described {
  readonly title: string
  readonly axis?: Axis | undefined
  readonly note?: string | undefined
}

export interface MeasuredResult extends Described {
  readonly metric: 'cpu' | 'wall'
  readonly rounds: number
  readonly rows: readonly Measured[]
  readonly absent: readonly Absent[]
}

export interface CountedResult extends Described {
  readonly metric: 'count'
  readonly unit: string
  readonly rows: readonly CountRow[]
}
