import { type GoalResult, goalsOf } from '../goals.js'
import type { Machine } from '../machine.js'
import type { Report, ScenarioResult } from '../results.js'
import { escaped } from './markup.js'
import { resultSections } from './result-sections.js'
import { STYLE } from './style.js'

/** The report as one page that loads nothing: charts, and beside each a table of its figures. */
export function htmlPage(report: Report): string {
  const { machine, began, seconds, scale, scenarios } = report
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>What Parasol costs</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>What Parasol costs</h1>
<p>Measured beside the least that the work can cost, and beside what people use instead. Shorter is faster, and
“2×” is twice as fast as the first row. Figures are those of one machine: ratios travel, times do not.</p>
${facts(machine, began, scale, seconds)}
<ul class="kinds"><li><span class="ours"></span>Parasol</li><li><span class="baseline"></span>the least that the work costs</li><li><span class="peer"></span>what people use instead</li><li>thin lines: half of all rounds lie there</li></ul>
<nav aria-label="Scenarios"><ul>${scenarios.map(({ name, title }) => `<li><a href="#${escaped(name)}">${escaped(title)}</a></li>`).join('')}</ul></nav>
${goalsTable(goalsOf(report))}
${scenarios.map(scenarioPart).join('\n')}
</main>
</body>
</html>
`
}

function facts(
  { node, openssl, cpu, cpus, memoryMiB, system, load }: Machine,
  began: string,
  scale: string,
  seconds: number,
) {
  const pairs = [
    ['Machine', `${cpus} × ${cpu}, ${Math.round(memoryMiB / 1024)} GiB, ${system}`],
    ['Node', `${node}, OpenSSL ${openssl}`],
    ['Run', `${began.slice(0, 16).replace('T', ' ')} UTC, ${scale}, ${seconds} s, load ${load.toFixed(2)} before`],
  ]
  const items = pairs.map(([name = '', value = '']) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`)
  return `<dl>${items.join('')}</dl>`
}

function goalsTable(goals: readonly GoalResult[]): string {
  if (goals.length === 0) return ''
  const rows = goals.map(({ text, contender, goal, reached, met, aimed }) => {
    const state = met
      ? `<td class="met">${aimed ? '✓✓ met, and its aim' : '✓ met'}</td>`
      : '<td class="missed">✗ missed</td>'
    const cells = [contender, goal, reached].map((cell) => `<td>${escaped(cell)}</td>`).join('')
    return `<tr><th scope="row">${escaped(text)}</th>${cells}${state}</tr>`
  })
  const head = ['Goal', 'Who', 'Bound', 'Here', ''].map((cell) => `<th scope="col">${cell}</th>`).join('')
  return `<h2 id="goals">Goals</h2><div class="scroll"><table class="goals"><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function scenarioPart({ name, title, shows, results, skipped, failure }: ScenarioResult): string {
  const failed = failure === undefined ? '' : `<p class="failure">It did not finish: ${escaped(failure)}</p>`
  const left = skipped === undefined ? '' : `<p class="note">Not run: ${escaped(skipped)}.</p>`
  return `<h2 id="${escaped(name)}">${escaped(title)}</h2>\n<p class="dim">It shows ${escaped(shows)}.</p>\n${left}${failed}${resultSections(results)}`
}
