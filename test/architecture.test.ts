import { dirname, join, normalize } from 'node:path'
import { expect, it } from 'vitest'
import { listFiles, read } from './repository.js'

/** Which packages of ours a package may import, by the beginning of its name. The first line that fits decides. */
const arrows: readonly [name: RegExp, mayImport: RegExp][] = [
  [/^core$/, /^$/],
  [/^(backend|kms)-/, /^core$/],
  [/^testing$/, /^core$/],
  [/^config$/, /^(core|(backend|kms)-.*)$/],
  [/^bench$/, /^/],
  [/^(service|cli)$/, /^(?!testing$)/],
]

const IMPORT = /(?:from|import)\s*\(?\s*'([^']+)'/g
const sources = listFiles()
  .filter((path) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path))
  .map((path) => {
    const text = read(path)
    const imports = [...text.matchAll(IMPORT)].map(([, specifier = '']) => specifier)
    return { path, text, name: path.split('/')[1] ?? '', imports }
  })
const packages = [...new Set(sources.map(({ name }) => name))]

it('sees every package', () => {
  expect(packages).toEqual(expect.arrayContaining(['core', 'backend-kms-direct', 'backend-envelope', 'backend-gpg']))
})

it.each(packages)('lets %s import only what the architecture allows', (name) => {
  const mayImport = arrows.find(([pattern]) => pattern.test(name))?.[1]
  expect(mayImport, `say in "arrows" what ${name} may import`).toBeDefined()
  const imported = sources
    .filter((source) => source.name === name)
    .flatMap(({ imports }) => imports.flatMap((specifier) => /^@parasol\/([^/]+)/.exec(specifier)?.[1] ?? []))
  const declared = Object.keys(JSON.parse(read(`packages/${name}/package.json`)).dependencies ?? {})
    .filter((dependency) => dependency.startsWith('@parasol/'))
    .map((dependency) => dependency.slice('@parasol/'.length))
  expect([...imported, ...declared].filter((other) => !mayImport?.test(other))).toEqual([])
})

it('imports inversify in container.ts files and nowhere else', () => {
  const importing = sources.filter(({ imports }) =>
    imports.some((specifier) => specifier === 'inversify' || specifier === '@parasol/core/container'),
  )
  const elsewhere = importing.map(({ path }) => path).filter((path) => !/\/(container|plugin)\.ts$/.test(path))
  expect(elsewhere).toEqual([])
})

it('keeps decorators out', () => {
  expect(sources.filter(({ text }) => /^\s*@\w+(\(|\s)/m.test(text.replaceAll(/^\s*\*.*$/gm, '')))).toEqual([])
})

it('reaches into no other package by a relative path', () => {
  const escaping = sources.filter(({ path, imports }) =>
    imports.some(
      (specifier) =>
        specifier.startsWith('.') &&
        !normalize(join(dirname(path), specifier)).startsWith(path.split('/src/')[0] ?? ''),
    ),
  )
  expect(escaping.map(({ path }) => path)).toEqual([])
})

it('never branches on the name of a scheme in shared code', () => {
  const shared = sources.filter(({ name }) => name === 'core' || name === 'config')
  const branching = shared.filter(({ text }) => /(===|!==|case)\s*'(kms-direct|envelope|gpg|local|aliyun)'/.test(text))
  expect(branching.map(({ path }) => path)).toEqual([])
})

it('has index files that only re-export', () => {
  const indexes = sources.filter(({ path }) => path.endsWith('/src/index.ts'))
  expect(indexes.length).toBe(packages.length)
  for (const { path, text } of indexes) {
    const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/export (type )?\{[^}]*\} from '[^']+'/g, '')
    expect(code.trim(), path).toBe('')
  }
})

it('has no file too long to read in one go', () => {
  const files = listFiles().filter((path) => /^(packages\/[^/]+|proofs)\/src\/.*\.ts$/.test(path))
  expect(files.filter((path) => read(path).split('\n').length > 300)).toEqual([])
})

it('runs every test that is written: none is skipped without a reason that can end', () => {
  const tests = listFiles().filter((path) => path.endsWith('.test.ts'))
  const idle = tests.filter((path) =>
    /\b(it|test|describe)\.(skip|only|todo)\(/.test(read(path).replaceAll(/'[^']*'/g, '')),
  )
  expect(idle).toEqual([])
})

it('takes every version from the catalog', () => {
  for (const path of listFiles().filter((path) => /(^|\/)package\.json$/.test(path))) {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(read(path))
    const versions = Object.values<string>({ ...dependencies, ...devDependencies })
    expect(
      versions.filter((version) => version !== 'catalog:' && version !== 'workspace:*'),
      path,
    ).toEqual([])
  }
})

it('names no registry host and no folder of a machine', () => {
  const naming = listFiles().filter((path) =>
    /https?:\/\/[a-z.-]*registry|(^|[\s"'`(])\/(work|root|home)\//m.test(read(path)),
  )
  expect(naming.filter((path) => path !== 'test/architecture.test.ts')).toEqual([])
})
