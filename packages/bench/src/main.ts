import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { formatReport } from './report.js'
import { type BenchOptions, runBench } from './run-bench.js'

const USAGE = 'Usage: npm run bench -- [--quick] [--json FILE]'

const QUICK: BenchOptions = {
  rounds: 15,
  roundMs: 15,
  lengths: [64],
  fields: [5],
  files: { mebibytes: 128, rounds: 3 },
}
const FULL: BenchOptions = {
  rounds: 31,
  roundMs: 40,
  lengths: [16, 64, 256, 1024, 16_384, 1_048_576],
  fields: [1, 5, 20],
  files: { mebibytes: 1024, rounds: 5 },
}

const { quick, json } = options()
const onProgress = (title: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`${title}\n`)
}
const report = await runBench({ ...(quick ? QUICK : FULL), onProgress })
process.stdout.write(`${formatReport(report)}\n`)
if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`)

function options(): { quick: boolean; json: string | undefined } {
  try {
    const { values } = parseArgs({ options: { quick: { type: 'boolean' }, json: { type: 'string' } } })
    return { quick: values.quick ?? false, json: values.json }
  } catch {
    process.stderr.write(`${USAGE}\n`)
    process.exit(2)
  }
}
