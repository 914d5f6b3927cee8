import { isDeepStrictEqual } from 'node:util'
import { cpuMicrosSince } from './cpu-time.js'
import type { Contender, Cost, Goal, Kind } from './scenario.js'

export interface Work<Output> {
  readonly name: string
  readonly kind: Kind
  readonly goals?: readonly Goal[]
  /** What is measured. If it gives promises, each is waited for before the next one starts. */
  readonly work: () => Output | Promise<Output>
  /** What came out, made what went in again; `expected` is what went in. */
  readonly undo: (output: Output) => unknown
  readonly expected: unknown
}

/** A contender that works in this process. */
export function contender<Output>({ work, undo, expected, ...about }: Work<Output>): Contender {
  return {
    ...about,
    async check() {
      const found = await undo(await work())
      if (!isSame(found, expected)) throw new Error(`"${about.name}" does not give back what it was given`)
    },
    turn: (times) => timed(() => repeat(work, times), times),
  }
}

/** What some work takes, of which `times` pieces are done. */
export async function timed(work: () => Promise<unknown>, times: number): Promise<Cost> {
  const [cpu, wall] = [process.cpuUsage(), performance.now()]
  await work()
  return { cpuMicros: cpuMicrosSince(cpu) / times, wallMicros: ((performance.now() - wall) * 1000) / times }
}

/** Waiting costs as much as a small field, so only what gives promises is waited for. */
async function repeat(work: () => unknown, times: number): Promise<void> {
  const first = work()
  if (first instanceof Promise) {
    await first
    for (let time = 1; time < times; time++) await work()
  } else {
    for (let time = 1; time < times; time++) work()
  }
}

function isSame(found: unknown, expected: unknown): boolean {
  if (found instanceof Uint8Array && expected instanceof Uint8Array) return Buffer.compare(found, expected) === 0
  return isDeepStrictEqual(found, expected)
}
