/** One way to do a piece of work. */
export interface Scenario {
  readonly name: string
  /** Does the work so many times. */
  run(times: number): Promise<void> | void
}

/** Several ways to do the same work; the first is the one that the others are compared with. */
export interface Comparison {
  readonly title: string
  readonly scenarios: readonly [Scenario, ...Scenario[]]
}

/** A scenario of work that answers at once. */
export function scenario(name: string, work: () => unknown): Scenario {
  return {
    name,
    run(times) {
      for (let time = 0; time < times; time++) work()
    },
  }
}

/** A scenario of work that is waited for, one after the other. */
export function asyncScenario(name: string, work: () => Promise<unknown>): Scenario {
  return {
    name,
    async run(times) {
      for (let time = 0; time < times; time++) await work()
    },
  }
}
