import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Finding, Proof } from '../proof.js'
import { type Algorithm, algorithms, careless, type Group } from './algorithms.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** Beside the repository, as https://github.com/C2SP/wycheproof/tree/main/testvectors_v1 has them. */
const FOLDER = join(process.env['PARASOL_VECTORS'] ?? join(ROOT, '../shared/vectors'), 'wycheproof')
const MIN_TESTS = 250

export const vectors: Proof = {
  name: 'vectors',
  claim:
    'The ciphers, MACs and derivations that Parasol takes from Node give what the public vectors of Wycheproof demand',
  goal: `disagreements = 0 over at least ${MIN_TESTS} tests, which are read from PARASOL_VECTORS`,
  measure: async () => check(algorithms),
  control: async () => check(careless),
}

function check(table: readonly Algorithm[]): Finding {
  const figures = { tests: 0, disagreements: 0, files: '', missing: '' }
  for (const algorithm of table) {
    const tests = load(algorithm)
    if (tests) figures.files += ` ${algorithm.file}`
    else figures.missing += ` ${algorithm.file}`
    for (const test of tests ?? []) {
      figures.tests++
      if (!algorithm.agrees(test)) figures.disagreements++
    }
  }
  const named = { ...figures, files: figures.files.trim(), missing: figures.missing.trim() }
  return { figures: named, holds: figures.disagreements === 0 && figures.tests >= MIN_TESTS }
}

function load({ file, applies }: Algorithm): Group['tests'] | undefined {
  const path = join(FOLDER, file)
  if (!existsSync(path)) return undefined
  const { testGroups }: { testGroups: readonly Group[] } = JSON.parse(readFileSync(path, 'utf8'))
  return testGroups.filter(applies).flatMap(({ tests }) => tests)
}
