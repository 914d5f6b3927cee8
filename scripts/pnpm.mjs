// Runs the pinned pnpm without a global install: `node scripts/pnpm.mjs <args>`.
// The version has one home, "packageManager" in package.json; the copy lives in .cache and is fetched once,
// because `npx` asks the registry on every run and hangs without a network.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const home = join(root, '.cache', packageManager)
const pnpm = join(home, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs')

if (!existsSync(pnpm)) fetchPnpm()
const args = process.argv.slice(2)
const env = { ...process.env }
// A node_modules that another store made is rebuilt without asking: there may be no terminal to ask on.
if (args[0] === 'install') env.CI = 'true'
process.exit(run(process.execPath, [pnpm, ...args], { env }))

function fetchPnpm() {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const temporary = mkdtempSync(join(root, '.cache', 'get-'))
  const flags = ['--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error']
  const status = npm(['install', '--prefix', temporary, ...flags, packageManager])
  if (status !== 0) {
    console.error(`Cannot fetch ${packageManager}: is the npm registry reachable?`)
    process.exit(status)
  }
  rmSync(home, { recursive: true, force: true })
  renameSync(temporary, home)
}

/** Under `npm run`, npm_execpath is npm-cli.js: run it with this very Node, without a shell. */
function npm(args) {
  const cli = process.env.npm_execpath
  return cli?.endsWith('npm-cli.js')
    ? run(process.execPath, [cli, ...args])
    : run('npm', args, { shell: process.platform === 'win32' })
}

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...options })
  if (error) throw error
  return status ?? 1
}
