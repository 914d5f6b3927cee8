import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type BenchArguments, HELP, parseBenchArguments } from './bench-arguments.js'
import { isolated } from './isolated.js'
import { scenarios } from './registry.js'
import { formatReport } from './report/format-report.js'
import { htmlPage } from './report/html-page.js'
import { markdownReport } from './report/markdown-report.js'
import { textTable } from './report/text-table.js'
import { runBench } from './run-bench.js'

process.exitCode = await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<number> {
  let options: BenchArguments
  try {
    options = parseBenchArguments(argv)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n(npm run bench -- --help)\n`)
    return 2
  }
  if (options.help) return print(HELP)
  if (options.list)
    return print(
      `${textTable(
        ['name', ''],
        scenarios.map(({ name, title }) => [name, title]),
      )}\n`,
    )
  return options.soak === undefined ? run(options) : soak(options.soak, options)
}

/** The files are written after each scenario, so that who gives up after half an hour has half of it. */
async function run({ scale, scenarios: chosen, json, html, markdown }: BenchArguments): Promise<number> {
  const runner = isolated((title) => process.stderr.write(`${title}\n`))
  const report = await runBench(chosen, scale, runner, (soFar) => {
    if (json !== undefined) writeFileSync(fromUser(json), `${JSON.stringify(soFar, null, 2)}\n`)
    if (markdown !== undefined) writeFileSync(fromUser(markdown), markdownReport(soFar))
    if (html !== undefined) writeFileSync(fromUser(html), htmlPage(soFar))
  })
  print(`${formatReport(report)}\n`)
  return report.scenarios.some(({ failure }) => failure !== undefined) ? 1 : 0
}

async function soak(minutes: number, { json }: BenchArguments): Promise<number> {
  const { formatSoak, runSoak } = await import('./soak/run-soak.js')
  const report = await runSoak(minutes, ({ records, seconds, live }) => {
    process.stderr.write(`${seconds.toFixed(0)} s, ${records} records, ${live.toFixed(2)} MiB live\n`)
  })
  print(`${formatSoak(report)}\n`)
  if (json !== undefined) writeFileSync(fromUser(json), `${JSON.stringify(report, null, 2)}\n`)
  return report.work.isFlat && !report.control.isFlat ? 0 : 1
}

/** Paths begin where the user is: npm itself changes the directory. */
function fromUser(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? process.cwd(), path)
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}
