import { parseArgs } from 'node:util'
import { scenarioByName, scenarios } from './registry.js'
import type { ScaleName } from './scales.js'
import type { Scenario } from './scenario.js'

export interface BenchArguments {
  readonly scale: ScaleName
  readonly scenarios: readonly Scenario[]
  readonly json: string | undefined
  readonly html: string | undefined
  readonly markdown: string | undefined
  readonly help: boolean
  readonly list: boolean
  /** Minutes, if it is to soak. */
  readonly soak: number | undefined
}

export const HELP = `Measures what Parasol costs, beside the least that the work can cost and beside what people use instead.

  npm run bench                         everything; takes minutes
  npm run bench -- --quick              under a minute, and rougher
  npm run bench -- --only record peers  some scenarios
  npm run bench -- --soak 10            ten minutes of work: is memory flat?

  --json FILE     write all figures as JSON
  --html FILE     write a page with charts
  --markdown FILE write tables for a page of documentation
  --only NAME...  the scenarios to run; --list prints their names
  --soak [MIN]    work without a pause, a minute by default, and look at memory; with a control that leaks
  --list          print the scenarios, and end
  --help          print this, and end
`

/** @throws Error for what is not in the help */
export function parseBenchArguments(argv: readonly string[]): BenchArguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean' },
      json: { type: 'string' },
      html: { type: 'string' },
      markdown: { type: 'string' },
      soak: { type: 'boolean' },
      only: { type: 'string', multiple: true },
      list: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const soak = values.soak ? minutesOf(positionals.splice(0, 1)[0]) : undefined
  if (positionals.length > 0 && !values.only) throw new Error(`Did you mean --only ${positionals.join(' ')}?`)
  const names = [...(values.only ?? []), ...positionals].flatMap((name) => name.split(','))
  return {
    scale: values.quick ? 'quick' : 'full',
    scenarios: names.length === 0 ? scenarios : names.map(scenarioByName),
    json: values.json,
    html: values.html,
    markdown: values.markdown,
    help: values.help ?? false,
    list: values.list ?? false,
    soak,
  }
}

function minutesOf(text = '1'): number {
  const minutes = Number(text)
  if (minutes > 0 && minutes <= 24 * 60) return minutes
  throw new Error(`Expected minutes after --soak, at most a day, not "${text}"`)
}
