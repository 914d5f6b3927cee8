import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from './repository.js'

const names = readdirSync(join(root, 'packages')).filter((name) =>
  existsSync(join(root, 'packages', name, 'package.json')),
)
const home = mkdtempSync(join(tmpdir(), 'parasol-packed-'))
const modules = join(home, 'node_modules')

/** Installs what `pnpm pack` makes, as a user's package manager would, with the third-party packages of this workspace. */
beforeAll(() => {
  const tarballs = join(home, 'tarballs')
  mkdirSync(tarballs)
  const pnpm = [
    join(root, 'scripts', 'pnpm.mjs'),
    '-r',
    '--filter',
    './packages/*',
    'pack',
    '--pack-destination',
    tarballs,
  ]
  execFileSync(process.execPath, pnpm, { cwd: root, stdio: 'pipe' })
  for (const tarball of readdirSync(tarballs)) {
    const folder = join(modules, '@parasol', tarball.replace(/^parasol-(.*)-\d+\.\d+\.\d+\.tgz$/, '$1'))
    mkdirSync(folder, { recursive: true })
    execFileSync('tar', ['-xzf', join(tarballs, tarball), '-C', folder, '--strip-components=1'])
  }
  for (const name of names) linkDependencies(name)
}, 60_000)
afterAll(() => rmSync(home, { recursive: true, force: true }))

it.each(names)('packs %s so that every entry loads from dist', (name) => {
  const manifest = JSON.parse(readFileSync(join(modules, '@parasol', name, 'package.json'), 'utf8'))
  const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json') && !entry.includes('vitest'))
  const imports = entries.map((entry) => `await import('@parasol/${name}${entry.slice(1)}')`)
  writeFileSync(join(home, `${name}.mjs`), imports.join('\n'))
  expect(() => run(`${name}.mjs`)).not.toThrow()
})

it.each(names)('packs %s without references to the workspace, tests or build leftovers', (name) => {
  const manifest = readFileSync(join(modules, '@parasol', name, 'package.json'), 'utf8')
  expect(manifest).not.toMatch(/"(workspace|catalog):/)
  const files = readdirSync(join(modules, '@parasol', name), { recursive: true, encoding: 'utf8' })
  expect(files.filter((file) => /(^|\/)test\/|\.tsbuildinfo$/.test(file))).toEqual([])
})

it('packs a command line that works in an empty folder, in several threads as well', () => {
  const cwd = join(home, 'empty')
  mkdirSync(cwd)
  const program = join(modules, '@parasol', 'cli', 'bin', 'parasol.js')
  const parasol = (...args: string[]): string =>
    execFileSync(process.execPath, [program, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  expect(parasol('--version')).toMatch(/^\d+\.\d+\.\d+\n$/)
  parasol('init', '--yes', '--use-case', 'customer')
  const rows = Array.from({ length: 1200 }, (_, id) => `${id},138${id},${'x'.repeat(500)}\n`)
  writeFileSync(join(cwd, 'rows.csv'), `id,phone,note\n${rows.join('')}`)
  const bound = ['-u', 'customer', '-k', 'id', '--workers', '2']
  parasol('records', 'encrypt', 'rows.csv', '-F', 'phone', ...bound, '-o', 'sealed.csv')
  parasol('records', 'decrypt', 'sealed.csv', ...bound, '-o', 'opened.csv')
  expect(readFileSync(join(cwd, 'opened.csv'), 'utf8')).toBe(readFileSync(join(cwd, 'rows.csv'), 'utf8'))
}, 60_000)

it('can be required from CommonJS', () => {
  writeFileSync(join(home, 'common.cjs'), "console.log(typeof require('@parasol/core').createCrypto)")
  expect(run('common.cjs').trim()).toBe('function')
})

it('needs neither inversify nor zod for the main entry of core', () => {
  rmSync(join(modules, 'inversify'))
  rmSync(join(modules, 'zod'))
  writeFileSync(
    join(home, 'light.mjs'),
    "import { createCrypto } from '@parasol/core'\nconsole.log(typeof createCrypto)",
  )
  expect(run('light.mjs').trim()).toBe('function')
})

function linkDependencies(name: string): void {
  const folder = join(root, 'packages', name, 'node_modules')
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
  for (const dependency of Object.keys(dependencies).filter((dependency) => !dependency.startsWith('@parasol/'))) {
    const link = join(modules, dependency)
    mkdirSync(dirname(link), { recursive: true })
    if (!existsSync(link)) symlinkSync(join(folder, dependency), link)
  }
}

function run(script: string): string {
  return execFileSync(process.execPath, [join(home, script)], { cwd: home, encoding: 'utf8', stdio: 'pipe' })
}
