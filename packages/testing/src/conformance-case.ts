/**
 * One thing that every implementation of an interface must do, as plain data. Cases know no test runner: `run` rejects,
 * with an AssertionError as a rule, if the implementation does not conform.
 */
export interface ConformanceCase<Harness> {
  /** A sentence about the behaviour: "refuses trailing bytes". */
  readonly name: string
  /** Whether the case is about this implementation at all; about every one if absent. */
  applies?(harness: Harness): boolean
  run(harness: Harness): Promise<void>
}

export interface CaseResult {
  readonly name: string
  /** Why the case failed; absent if it passed. */
  readonly error?: unknown
}

/** The cases that are about this implementation. */
export function applicable<Harness>(
  cases: readonly ConformanceCase<Harness>[],
  harness: Harness,
): readonly ConformanceCase<Harness>[] {
  return cases.filter((each) => each.applies?.(harness) ?? true)
}

/** Runs the cases that apply, one after the other, without a test runner. It does not dispose of the harness. */
export async function runCases<Harness>(
  cases: readonly ConformanceCase<Harness>[],
  harness: Harness,
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = []
  for (const each of applicable(cases, harness)) results.push(await runCase(each, harness))
  return results
}

/** Makes cases about a part, or another view, of a harness into cases about the harness. */
export function lift<Outer, Inner>(
  cases: readonly ConformanceCase<Inner>[],
  view: (harness: Outer) => Inner,
): readonly ConformanceCase<Outer>[] {
  return cases.map((each) => ({
    name: each.name,
    applies: (harness) => each.applies?.(view(harness)) ?? true,
    run: (harness) => each.run(view(harness)),
  }))
}

async function runCase<Harness>({ name, run }: ConformanceCase<Harness>, harness: Harness): Promise<CaseResult> {
  try {
    await run(harness)
    return { name }
  } catch (error) {
    return { name, error }
  }
}
