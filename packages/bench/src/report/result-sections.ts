import { short } from '../goals.js'
import type { CountedResult, MeasuredResult, Result } from '../results.js'
import { barChart } from './bar-chart.js'
import { htmlTable } from './html-table.js'
import { lineChart } from './line-chart.js'
import { escaped } from './markup.js'
import { formatMicros, formatRatio, formatSpeed } from './units.js'

/** The results of a scenario: those that belong to one chart of lines are drawn together, the others one by one. */
export function resultSections(results: readonly Result[]): string {
  const charts = new Map<string, MeasuredResult[]>()
  for (const result of results) {
    if (result.axis && result.metric !== 'count') {
      charts.set(result.axis.chart, [...(charts.get(result.axis.chart) ?? []), result])
    }
  }
  const lines = [...charts].filter(([, members]) => members.length > 1)
  const drawn = new Set<Result>(lines.flatMap(([, members]) => members))
  return [
    ...lines.map(([title, members]) => linesSection(title, members)),
    ...results.filter((result) => !drawn.has(result)).map(barsSection),
  ].join('\n')
}

function barsSection(result: Result): string {
  return result.metric === 'count' ? countsSection(result) : measuredSection(result)
}

function measuredSection(result: MeasuredResult): string {
  const { title, metric, rows, rounds } = result
  const what = metric === 'cpu' ? 'CPU time' : 'Time by the clock'
  const chart = barChart({
    title,
    bars: rows.map(({ name, kind, micros, faster }, index) => ({
      name,
      kind,
      value: micros.median,
      low: micros.low,
      high: micros.high,
      label:
        index === 0 ? formatMicros(micros.median) : `${formatMicros(micros.median)}, ${formatSpeed(faster.median)}`,
    })),
    formatTick: formatMicros,
  })
  const hasMemory = rows.some(({ memoryMiB }) => memoryMiB !== undefined)
  const table = htmlTable(
    `${what}, median of ${rounds} rounds`,
    ['', 'time', 'as fast as the first', 'half of all rounds', ...(hasMemory ? ['memory'] : [])],
    rows.map(({ name, micros, faster, memoryMiB }, index) => [
      name,
      formatMicros(micros.median),
      formatRatio(faster.median),
      index === 0 ? '' : `${short(faster.low)} – ${formatRatio(faster.high)}`,
      ...(hasMemory ? [memoryMiB === undefined ? '' : `${short(memoryMiB)} MiB`] : []),
    ]),
  )
  return section(title, chart, table, notesOf([result]))
}

function countsSection(result: CountedResult): string {
  const { title, unit, rows } = result
  const bars = rows.map(({ name, kind, value }) => ({ name, kind, value, label: short(value) }))
  const table = htmlTable(
    `In ${unit}`,
    ['', unit],
    rows.map(({ name, value }) => [name, short(value)]),
  )
  return section(title, barChart({ title, bars, formatTick: short }), table, notesOf([result]))
}

function linesSection(title: string, members: readonly MeasuredResult[]): string {
  const names = [...new Set(members.flatMap(({ rows }) => rows.map(({ name }) => name)))]
  const places = members.flatMap(({ axis }) => (axis ? [{ value: axis.value, label: axis.label }] : []))
  const at = (name: string) =>
    members.map(({ axis, rows }) => ({ at: axis?.value ?? 0, row: rows.find((row) => row.name === name) }))
  const lines = names.map((name) => ({
    name,
    points: at(name).flatMap(({ at, row }) => (row ? [{ at, value: row.micros.median }] : [])),
  }))
  const chart = lineChart({ title, places, lines, formatTick: formatMicros })
  const what = members[0]?.metric === 'cpu' ? 'CPU time' : 'Time by the clock'
  const table = htmlTable(
    `${what}, and how many times as fast as the first`,
    ['', ...places.map(({ label }) => label)],
    names.map((name) => [
      name,
      ...at(name).map(({ row }) =>
        row ? `${formatMicros(row.micros.median)} (${formatRatio(row.faster.median)})` : '–',
      ),
    ]),
  )
  return section(title, chart, table, notesOf(members))
}

function notesOf(results: readonly Result[]): readonly string[] {
  const notes = results.flatMap((result) => [
    ...(result.note === undefined ? [] : [result.note]),
    ...(result.metric === 'count' ? [] : result.absent.map(({ name, why }) => `${name}: ${why}.`)),
  ])
  return [...new Set(notes)]
}

function section(title: string, chart: string, table: string, notes: readonly string[]): string {
  const list = notes.map((note) => `<p class="note">${escaped(note)}</p>`).join('')
  return `<section class="result"><h3>${escaped(title)}</h3><div>${chart}</div><div>${table}</div>${list}</section>`
}
