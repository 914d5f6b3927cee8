import { AssertionError } from 'node:assert'
import type { ConformanceCase } from '@parasol/testing'

/** Whether an implementation passes its cases, up to the first that fails. */
export async function conforms<Harness>(
  cases: readonly ConformanceCase<Harness>[],
  harness: Harness,
): Promise<boolean> {
  for (const each of cases.filter(({ applies }) => applies?.(harness) ?? true)) {
    if (!(await passes(() => each.run(harness)))) return false
  }
  return true
}

/** Whether the work resolves. Code that was changed may fail in any way. */
export async function passes(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch {
    return false
  }
}

/** @throws AssertionError */
export function demand(condition: boolean, what: string): void {
  if (!condition) throw new AssertionError({ message: what })
}

/** @throws AssertionError unless the work is refused with the code */
export async function demandRefusal(code: string, work: () => unknown): Promise<void> {
  try {
    await work()
  } catch (error) {
    demand((error as { code?: string }).code === code, `refused with ${code}`)
    return
  }
  throw new AssertionError({ message: 'refused' })
}
