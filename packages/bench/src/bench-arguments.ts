import { parseArgs } from 'node:util'
import { scenarioByName, scenarios } from './registry.js'
import type { ScaleName } from './scales.js'
import type { Scenario } from './scenario.js'

export interface BenchArguments {
  readonly scale: ScaleName
  readonly scenarios: readonly Scenario[]
  readonly json: string | undefined
  readonly html: string | undefined
  readonly help: boolean
  readonly list: boolean
}

export const HELP = `Measures what Parasol costs, beside the least that the work can cost and beside what people use instead.

  npm run bench                         everything; takes minutes
  npm run bench -- --quick              under a minute, and rougher
  npm run bench -- --only record peers  some scenarios

  --json FILE     write all figures as JSON
  --html FILE     write a page with charts
  --only NAME...  the scenarios to run; --list prints their names
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
      only: { type: 'string', multiple: true },
      list: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (positionals.length > 0 && !values.only) throw new Error(`Did you mean --only ${positionals.join(' ')}?`)
  const names = [...(values.only ?? []), ...positionals].flatMap((name) => name.split(','))
  return {
    scale: values.quick ? 'quick' : 'full',
    scenarios: names.length === 0 ? scenarios : names.map(scenarioByName),
    json: values.json,
    html: values.html,
    help: values.help ?? false,
    list: values.list ?? false,
  }
}
