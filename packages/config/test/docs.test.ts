import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '@parasol/config'
import { expect, it } from 'vitest'
import { allowedKeys, shapeOf } from '../src/json-shape.js'
import { builtInNames, importPlugin } from '../src/plugins.js'
import { directory, env, load, problemsOf, sound, throughKms, write } from './workspace.js'

const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const docs = readFileSync(pathOf('../../../docs/config.md'), 'utf8')
const fences = (language: string): string[] =>
  [...docs.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, fence, code = '']) =>
    fence === language ? [code] : [],
  )

it('shows a complete file that is sound', async () => {
  const config = await load(fences('yaml')[0] ?? '')
  expect([...config.schemes.keys()]).toEqual(expect.arrayContaining(['kms-direct', 'envelope']))
  expect(Object.keys(config.useCases)).toEqual(['customer.phone', 'customer.idCard', 'client.mail', 'partner.report'])
})

const plugins = (['kms', 'schemes'] as const).flatMap((kind) => builtInNames(kind).map((use) => [kind, use] as const))

it.each(plugins)('names every key of a section of %s with use: %s', async (kind, use) => {
  const { options } = await importPlugin(kind, use, directory)
  const row = docs.split('\n').find((line) => line.startsWith(`| \`${use}\` |`)) ?? ''
  expect(allowedKeys(shapeOf(options), []).filter((key) => !row.includes(`\`${key}\``))).toEqual([])
})

it('shows errors as they are', async () => {
  const content = `version: 1
kms:
  main: { use: local, store: ./kms, passphrase: hunter2 }
schemes:
  envelope: { kms: mian, keyId: alias/parasol }
useCases:
  customer.phone: { scheme: envelop }
`
  expect((await problemsOf(content)).join('\n  ')).toBe(fences('text')[0]?.trimEnd())
})

it('shows a plug-in that works', async () => {
  symlinkSync(pathOf('../node_modules'), join(directory, 'node_modules'))
  write(fences('js')[0] ?? '', 'vault.js')
  write(
    'export class VaultProvider {\n  constructor(options) { this.scheme = options.scheme }\n}\n',
    'vault-provider.js',
  )
  write(sound.replaceAll(throughKms, './vault.js'))
  const config = await loadConfig(undefined, { env, directory })
  expect(config.schemes.get('new')?.kmsNames).toEqual(['main'])
})
