import type { Scale } from './scales.js'

/** Something that is worth measuring: one idea, one file in `scenarios`. */
export interface Scenario {
  /** What `--only` calls it. */
  readonly name: string
  readonly title: string
  /** What a reader learns from it, in one sentence. */
  readonly shows: string
  /** A program without which there is nothing to compare with. */
  readonly needs?: string
  /**
   * What is measured, one after the other. Each is measured before the next one is asked for, so that what one needs
   * can live in a `using` around its `yield`. What is heavy to load or may be absent is imported in here.
   */
  run(scale: Scale): AsyncIterable<Comparison | Count>
}

/** Several ways to do the same work, which take turns. The first is what the others are compared with. */
export interface Comparison {
  readonly title: string
  /** CPU time of all that works, or time by the clock; both of one piece of work. */
  readonly metric: 'cpu' | 'wall'
  readonly contenders: readonly [Contender, ...Contender[]]
  /** How often a turn does the work; by default as often as fits into the scale's `roundMs`. */
  readonly times?: number
  /** Turns that are not measured, before all others, where `times` says how long they are. */
  readonly warmTurns?: number
  /** How often every contender has its turn; by default the scale's `rounds`. */
  readonly rounds?: number
  readonly axis?: Axis
  /** Who cannot take part here, and why. */
  readonly absent?: readonly Absent[]
  readonly note?: string
}

/** What need not be timed: bytes, calls. */
export interface Count {
  readonly title: string
  readonly unit: string
  readonly rows: readonly CountRow[]
  readonly axis?: Axis
  readonly note?: string
}

/** The place of a comparison among those of the same scenario that are drawn as one chart of lines. */
export interface Axis {
  readonly chart: string
  readonly label: string
  readonly value: number
}

export interface Absent {
  readonly name: string
  readonly why: string
}

/** `baseline` is the least that the work costs, `ours` is Parasol, `peer` is what people use instead. */
export type Kind = 'baseline' | 'ours' | 'peer'

export interface Contender {
  readonly name: string
  readonly kind: Kind
  readonly goals?: readonly Goal[]
  /** Does the work once and undoes it. Rejects unless what comes back is what went in. */
  check(): Promise<void>
  /** Does the work so many times, and says what one of them took. */
  turn(times: number): Promise<Cost>
}

export interface Cost {
  readonly cpuMicros: number
  readonly wallMicros: number
  /** By how much memory grew meanwhile, at most. */
  readonly memoryMiB?: number
}

export interface CountRow {
  readonly name: string
  readonly kind: Kind
  readonly value: number
  readonly goals?: readonly Goal[]
}

/**
 * What a contender must reach. `faster`: it is at least so many times faster than `against`. `cost`: it takes at most so
 * many times what `against` takes. `memory` and `value`: at most so much. By default `against` is the first contender.
 */
export interface Goal {
  readonly text: string
  readonly measure: 'faster' | 'cost' | 'memory' | 'value'
  readonly bound: number
  readonly aim?: number
  readonly against?: string
}
