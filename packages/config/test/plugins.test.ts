import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { builtInNames } from '../src/plugins.js'
import { load, ownPlugin, sound, throughKms } from './workspace.js'

const imports = globalThis as { importsOfRecorded?: number }

it('has every backend and every KMS of this repository in its table', () => {
  const folders = readdirSync(new URL('../..', import.meta.url))
  expect(builtInNames('schemes')).toEqual(folders.flatMap((name) => /^backend-(.*)/.exec(name)?.[1] ?? []).sort())
  expect(builtInNames('kms')).toEqual(folders.flatMap((name) => /^kms-(.*)/.exec(name)?.[1] ?? []).sort())
})

it('imports a plug-in only if the file names it, and once however often it does', async () => {
  const recorded = ownPlugin('recorded')
  await load(`${sound}# ${recorded}\n`)
  expect(imports.importsOfRecorded).toBeUndefined()
  await load(sound.replaceAll(throughKms, recorded))
  expect(imports.importsOfRecorded).toBe(1)
})
