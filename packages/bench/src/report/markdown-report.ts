import { goalsOf, short } from '../goals.js'
import { describeMachine } from '../machine.js'
import type { MeasuredResult, Report, Result, ScenarioResult } from '../results.js'
import { formatMicros, formatRatio } from './units.js'

/** The report as tables for a page of documentation. */
export function markdownReport(report: Report): string {
  const goals = goalsOf(report).map(({ text, goal, reached, met }) => [text, goal, reached, met ? 'yes' : '**no**'])
  return [
    `Measured on ${report.began.slice(0, 10)} at the scale "${report.scale}": ${describeMachine(report.machine)}.`,
    ...(goals.length === 0 ? [] : [markdownTable(['goal', 'bound', 'here', 'met'], goals)]),
    ...report.scenarios.flatMap(scenarioPart),
    '',
  ].join('\n\n')
}

function scenarioPart({ title, results }: ScenarioResult): readonly string[] {
  return [`### ${title}`, ...[...groups(results)].flatMap(([name, members]) => [`${name}:`, matrix(members)])]
}

/** Those of one chart of lines together, under its name. */
function groups(results: readonly Result[]): ReadonlyMap<string, readonly Result[]> {
  const map = new Map<string, Result[]>()
  for (const result of results) {
    const name = result.axis?.chart ?? result.title
    map.set(name, [...(map.get(name) ?? []), result])
  }
  return map
}

function matrix(results: readonly Result[]): string {
  const names = [...new Set(results.flatMap(({ rows }) => rows.map(({ name }) => name)))]
  const head = results.map(
    ({ axis, ...result }) => axis?.label ?? ('unit' in result ? result.unit : 'time, and as fast'),
  )
  return markdownTable(
    ['', ...head],
    names.map((name) => [name, ...results.map((result) => cell(result, name))]),
  )
}

function cell(result: Result, name: string): string {
  if (result.metric === 'count') return short(result.rows.find((row) => row.name === name)?.value ?? Number.NaN)
  return measuredCell(result, name)
}

function measuredCell({ rows }: MeasuredResult, name: string): string {
  const row = rows.find((each) => each.name === name)
  return row ? `${formatMicros(row.micros.median)}, ${formatRatio(row.faster.median)}` : '–'
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n')
}
