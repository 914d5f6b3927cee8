import type { Report } from './results.js'
import type { Goal } from './scenario.js'

/** A goal, and whether this run reached it. */
export interface GoalResult {
  readonly text: string
  readonly contender: string
  readonly goal: string
  readonly reached: string
  readonly met: boolean
  /** Whether it reached what is aimed at beyond the goal. */
  readonly aimed: boolean
}

/** The goals of all scenarios that ran. */
export function goalsOf({ scenarios }: Report): readonly GoalResult[] {
  const rows = scenarios.flatMap(({ results }) => results.flatMap((result) => [...result.rows]))
  return rows.flatMap((row) =>
    (row.goals ?? []).map((goal) => toResult(row.name, goal, 'reached' in goal ? Number(goal.reached) : countOf(row))),
  )
}

function countOf(row: object): number {
  return 'value' in row ? Number(row.value) : Number.NaN
}

const words: Readonly<Record<Goal['measure'], { atLeast: boolean; format: (value: number) => string }>> = {
  faster: { atLeast: true, format: (value) => `${short(value)}x as fast` },
  cost: { atLeast: false, format: (value) => `${short(value)}x the cost` },
  memory: { atLeast: false, format: (value) => `${short(value)} MiB` },
  value: { atLeast: false, format: short },
}

function toResult(contender: string, { text, measure, bound, aim }: Goal, reached: number): GoalResult {
  const { atLeast, format } = words[measure]
  const fulfils = (limit: number): boolean => (atLeast ? reached >= limit : reached <= limit)
  return {
    text,
    contender,
    goal: `${atLeast ? 'at least' : 'at most'} ${format(bound)}`,
    reached: format(reached),
    met: fulfils(bound),
    aimed: aim !== undefined && fulfils(aim),
  }
}

/** Three figures at most. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return 'not measured'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(value < 1 ? 2 : 3)))
}
