import { goalsOf, short } from '../goals.js'
import { describeMachine } from '../machine.js'
import type { CountedResult, MeasuredResult, Report, Result, ScenarioResult } from '../results.js'
import { textTable } from './text-table.js'

/** The report as text for a terminal. */
export function formatReport(report: Report): string {
  return [describeMachine(report.machine), ...report.scenarios.flatMap(formatScenario), formatGoals(report)]
    .filter((part) => part !== '')
    .join('\n\n')
}

function formatScenario({ name, title, shows, results, skipped, failure }: ScenarioResult): string[] {
  return [
    `${title} (${name}): ${shows}`,
    ...results.map(formatResult),
    ...(skipped === undefined ? [] : [`  Not run: ${skipped}`]),
    ...(failure === undefined ? [] : [`  FAILED: ${failure}`]),
  ]
}

function formatResult(result: Result): string {
  const note = result.note === undefined ? [] : [`  ${result.note}`]
  return [result.title, result.metric === 'count' ? counts(result) : measurements(result), ...note].join('\n')
}

function counts({ rows, unit }: CountedResult): string {
  return textTable(
    ['', unit],
    rows.map(({ name, value }) => [name, short(value)]),
  )
}

function measurements({ metric, rows, absent }: MeasuredResult): string {
  const memory = rows.some(({ memoryMiB }) => memoryMiB !== undefined)
  const table = textTable(
    ['', metric === 'cpu' ? 'CPU us' : 'wall us', 'x as fast', 'half of all rounds', ...(memory ? ['MiB'] : [])],
    rows.map(({ name, micros, faster, memoryMiB }, index) => [
      name,
      short(micros.median),
      short(faster.median),
      index === 0 ? '' : `${short(faster.low)} - ${short(faster.high)}`,
      ...(memory ? [memoryMiB === undefined ? '' : short(memoryMiB)] : []),
    ]),
  )
  return [table, ...absent.map(({ name, why }) => `  ${name}: ${why}`)].join('\n')
}

function formatGoals(report: Report): string {
  const goals = goalsOf(report)
  if (goals.length === 0) return ''
  const rows = goals.map(({ text, contender, goal, reached, met }) => [
    text,
    contender,
    goal,
    reached,
    met ? 'yes' : 'NO',
  ])
  return ['Goals', textTable(['', 'who', 'goal', 'here', 'met'], rows)].join('\n')
}
