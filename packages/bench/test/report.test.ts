import { formatReport, goalsOf, htmlPage, markdownReport, type Report } from '@parasol/bench'
import { expect, it } from 'vitest'

const even = { median: 1, low: 1, high: 1 }
const report: Report = {
  version: 1,
  scale: 'quick',
  began: '2026-11-25T12:00:00.000Z',
  seconds: 7,
  machine: { node: '20.20.2', openssl: '3.0', cpu: 'A <fast> CPU', cpus: 2, memoryMiB: 2048, system: 'x', load: 0.5 },
  scenarios: [
    {
      name: 'one',
      title: 'One & only',
      shows: 'nothing',
      failure: 'it broke',
      results: [
        {
          title: 'Bars',
          metric: 'cpu',
          rounds: 3,
          absent: [{ name: 'gpg', why: 'not installed' }],
          rows: [
            {
              name: 'base',
              kind: 'baseline',
              micros: { median: 10, low: 9, high: 12 },
              faster: even,
              memoryMiB: undefined,
              goals: [],
            },
            {
              name: 'ours "quoted"',
              kind: 'ours',
              micros: { median: 4, low: 3, high: 5 },
              faster: { median: 2.5, low: 2, high: 3 },
              memoryMiB: 12.25,
              goals: [
                { text: 'Speed', measure: 'faster', bound: 2, aim: 5, reached: 2.5 },
                { text: 'Memory', measure: 'memory', bound: 10, reached: 12.25 },
              ],
            },
          ],
        },
        ...[16, 64].map((size) => ({
          title: `At ${size}`,
          metric: 'wall' as const,
          rounds: 3,
          absent: [],
          axis: { chart: 'Lines', label: `${size} B`, value: size },
          rows: [{ name: 'line', kind: 'ours' as const, micros: even, faster: even, memoryMiB: undefined, goals: [] }],
        })),
        { title: 'Counts', metric: 'count', unit: 'bytes', rows: [{ name: 'few', kind: 'ours', value: 28 }] },
      ],
    },
  ],
}

it('judges goals by their bounds, and tells the aim from the goal', () => {
  expect(goalsOf(report)).toMatchObject([
    { text: 'Speed', goal: 'at least 2x as fast', reached: '2.5x as fast', met: true, aimed: false },
    { text: 'Memory', goal: 'at most 10 MiB', reached: '12.3 MiB', met: false },
  ])
})

it('writes a page of balanced tags that loads nothing and shows names as they are', () => {
  const page = htmlPage(report)
  expect(unbalanced(page)).toEqual([])
  expect(page).not.toMatch(/<script|<link|<img|\bsrc=|url\(|@import|href="(?!#)/)
  expect(page).toContain('A &lt;fast&gt; CPU')
  expect(page).toContain('ours &quot;quoted&quot;')
  expect(page).toContain('gpg: not installed.')
  expect(page).toContain('It did not finish: it broke')
})

it('gives every chart a name and a table beside it', () => {
  const page = htmlPage(report)
  const charts = page.match(/<svg [^>]*role="img"[^>]*aria-label="[^"]+"/g) ?? []
  expect(charts).toHaveLength(3)
  expect(page.match(/<caption>/g)).toHaveLength(charts.length)
  expect(page).not.toContain('NaN')
})

it('writes a page without charts if nothing was measured', () => {
  const page = htmlPage({ ...report, scenarios: [] })
  expect(unbalanced(page)).toEqual([])
})

it('says in the text what is absent, what failed and what the goals are', () => {
  const text = formatReport(report)
  expect(text).toContain('gpg: not installed')
  expect(text).toContain('FAILED: it broke')
  expect(text).toMatch(/Memory .* NO$/m)
})

it('writes tables for documentation, in which all rows have as many cells as their head', () => {
  const tables = markdownReport(report).match(/(^\|.*\|$\n?)+/gm) ?? []
  expect(tables).toHaveLength(4)
  for (const table of tables) {
    const widths = table
      .trim()
      .split('\n')
      .map((line) => line.split('|').length)
    expect(new Set(widths).size).toBe(1)
  }
})

/** Tags that are closed in another order than they are opened, or never. */
function unbalanced(html: string): readonly string[] {
  const open: string[] = []
  for (const [, closing, name = ''] of html.matchAll(/<(\/?)([a-zA-Z][\w]*)(?:\s[^>]*)?>/g)) {
    if (name === 'meta') continue
    if (!closing) open.push(name)
    else if (open.pop() !== name) return [name]
  }
  return open
}
