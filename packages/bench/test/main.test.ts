import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Report } from '@parasol/bench'
import { afterAll, expect, it } from 'vitest'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
/** The program is what is built, as Node does not read TypeScript everywhere. */
const isBuilt = existsSync(main)
const folder = mkdtempSync(join(tmpdir(), 'parasol-bench-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

function bench(...args: readonly string[]) {
  const env = { ...process.env, INIT_CWD: folder }
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env })
}

it.skipIf(!isBuilt)(
  'writes a table, JSON, a page and Markdown, where the user is (needs a build)',
  { timeout: 60_000 },
  () => {
    const files = ['--json', 'out.json', '--html', 'out.html', '--markdown', 'out.md']
    const { status, stdout, stderr } = bench('--quick', '--only', 'overhead', ...files)
    expect(stderr).toContain('Bytes added to one value of 11 bytes\n')
    expect(stdout).toContain('Goals')
    expect(status).toBe(0)
    const report: Report = JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8'))
    expect(report).toMatchObject({ version: 1, scale: 'quick', machine: { node: process.versions.node } })
    expect(report.scenarios.map(({ name, results }) => [name, results.length])).toEqual([['overhead', 2]])
    expect(readFileSync(join(folder, 'out.html'), 'utf8')).toMatch(
      /^<!doctype html>\n<html lang="en">[\s\S]*<\/html>\n$/,
    )
    expect(readFileSync(join(folder, 'out.md'), 'utf8')).toContain('### Bytes of overhead')
  },
)

it.skipIf(!isBuilt)(
  'lists scenarios, helps, and refuses what it does not know (needs a build)',
  { timeout: 60_000 },
  () => {
    expect(bench('--list').stdout).toMatch(/^ {2}peers +\S/m)
    expect(bench('--help').stdout).toContain('--only NAME')
    expect(bench('--only', 'nothing')).toMatchObject({ status: 2, stdout: '' })
  },
)
