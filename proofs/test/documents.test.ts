import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { proofs } from '../src/proofs.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const documents = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
)
const named = documents.flatMap((path) =>
  [...readFileSync(join(root, path), 'utf8').matchAll(/npm run prove -- ([a-z][a-z-]*)/g)].map(([, name]) => name),
)

it('names in documents only proofs that exist', () => {
  expect(named.filter((name) => !proofs.some((proof) => proof.name === name))).toEqual([])
})

it('names every proof beside the claim that it backs', () => {
  const security = readFileSync(join(root, 'SECURITY.md'), 'utf8')
  expect(proofs.map(({ name }) => name).filter((name) => !security.includes(`npm run prove -- ${name}\``))).toEqual([])
})
