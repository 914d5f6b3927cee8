// Runs the tests, says which were skipped and why, and fails in CI if any was: there, everything must be installed.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const report = join(root, '.cache', 'tests.json')
mkdirSync(join(root, '.cache'), { recursive: true })
rmSync(report, { force: true })

console.log(`Testing on Node ${process.version}`)
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
const { status, error } = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
if (error) throw error

const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
const tests = testResults.flatMap(({ name, assertionResults }) =>
  assertionResults.map((result) => ({ ...result, file: relative(root, name) })),
)
const passed = tests.filter((test) => test.status === 'passed')
const failed = tests.filter((test) => test.status === 'failed')
const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed')

for (const { file, title } of skipped) console.log(`skipped: ${title} (${file})`)
console.log(`${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`)
if (process.env.CI === 'true' && skipped.length > 0) {
  console.error('CI has everything that the tests need: none may be skipped')
  process.exit(1)
}
process.exit(status ?? 1)
