// `node scripts/on-node.mjs 24 test` runs `npm test`, with what else is given, and refuses to do so on another Node than it was asked for:
// where install scripts are off, `npm exec --package=node@24` silently falls back to the host's Node.
import { spawnSync } from 'node:child_process'

const [major, script, ...rest] = process.argv.slice(2)
if (!process.version.startsWith(`v${major}.`)) {
  console.error(
    `Expected Node ${major} and got ${process.version}: are install scripts switched off (npm ignore-scripts)?`,
  )
  process.exit(1)
}
const { status, error } = spawnSync('npm', ['run', script, '--', ...rest], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
if (error) throw error
process.exit(status ?? 1)
