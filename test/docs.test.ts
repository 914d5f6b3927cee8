import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { listFiles, read, root } from './repository.js'

const documents = listFiles().filter((path) => path.endsWith('.md'))
const FENCE = /^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm
const fences = (path: string, language: string): string[] =>
  [...read(path).matchAll(FENCE)].flatMap(([, fence, code = '']) => (fence === language ? [code] : []))
const prose = (path: string): string => read(path).replaceAll(FENCE, '')

it.each([
  'README.md',
  'README.zh-CN.md',
  'ARCHITECTURE.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'docs/glossary.md',
])('has %s', (path) => {
  expect(existsSync(join(root, path))).toBe(true)
})

it.each(documents)('links from %s only to what exists', (path) => {
  const targets = [...prose(path).matchAll(/\]\(([^)\s#]+)(#[^)]*)?\)/g)].map(([, target = '']) => target)
  const broken = targets.filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(path), target)))
  expect(broken).toEqual([])
})

it.each(documents)('names in %s only files that exist', (path) => {
  const names = [...read(path).matchAll(/\b(?:packages|examples|scripts|docs|test)\/[\w./-]*\w(?![\w./-]*<)/g)].map(
    ([name]) => name,
  )
  // Built files exist after a build; a name in angle brackets stands for any name.
  const missing = names.filter((name) => !name.includes('/dist/') && !existsSync(join(root, name)))
  expect(missing).toEqual([])
})

it.each(documents)('names in %s only npm scripts that exist', (path) => {
  const { scripts } = JSON.parse(read('package.json'))
  const names = [...read(path).matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name)
  expect(names.filter((name) => !(name in scripts))).toEqual([])
})

it('has the same commands and the same sections in both languages of the README', () => {
  const shape = (path: string) => ({
    commands: fences(path, 'sh'),
    headings: [...read(path).matchAll(/^#+ /gm)].length,
  })
  expect(shape('README.zh-CN.md')).toEqual(shape('README.md'))
})

it('keeps the README to one screen', () => {
  for (const path of ['README.md', 'README.zh-CN.md']) expect(read(path).split('\n').length).toBeLessThanOrEqual(100)
})

it('shows YAML that parses', () => {
  for (const path of documents) for (const code of fences(path, 'yaml')) expect(() => parse(code), path).not.toThrow()
})

it('shows TypeScript that compiles', () => {
  const folder = join(root, 'test', '.snippets')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const snippets = documents.flatMap((path) => fences(path, 'ts').map((code, index) => ({ path, code, index })))
  for (const { path, code, index } of snippets) {
    writeFileSync(join(folder, `${path.replaceAll(/[/.]/g, '-')}-${index + 1}.ts`), `${code}\nexport {}\n`)
  }
  const options = { extends: '../../tsconfig.test.json', include: ['*.ts'], compilerOptions: { noUnusedLocals: false } }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options))
  expect(snippets.length).toBeGreaterThan(0)
  expect(compile(folder)).toBe('')
  rmSync(folder, { recursive: true, force: true })
})

function compile(folder: string): string {
  try {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    return execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
  } catch (error) {
    return String((error as { stdout: string }).stdout)
  }
}
