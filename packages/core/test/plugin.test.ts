import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSecret, resolvePath, secretReference } from '@parasol/core/plugin'
import { afterAll, expect, it } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'parasol-plugin-'))
afterAll(() => rmSync(directory, { recursive: true }))
const host = { directory, env: { PASSPHRASE: 'correct horse', EMPTY: '' } }

it('reads a secret from the environment', () => {
  expect(readSecret({ env: 'PASSPHRASE' }, host)).toBe('correct horse')
})

it('reads a secret from a file beside the configuration, without its line end', () => {
  writeFileSync(join(directory, 'secret'), 'correct horse \n')
  expect(readSecret({ file: './secret' }, host)).toBe('correct horse ')
})

it.each([
  [{ env: 'MISSING' }, 'environment variable MISSING is not set'],
  [{ env: 'EMPTY' }, 'environment variable EMPTY is not set'],
  [{ file: 'missing' }, 'cannot be read'],
])('names what is missing: %j', (reference, message) => {
  expect(() => readSecret(reference, host)).toThrow(
    expect.objectContaining({ code: 'INVALID_CONFIG', message: expect.stringContaining(message) }),
  )
})

it('refuses an empty secret file', () => {
  writeFileSync(join(directory, 'empty'), '\n')
  expect(() => readSecret({ file: 'empty' }, host)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }))
})

it('takes a reference to a secret and never the secret itself', () => {
  expect(secretReference.safeParse({ env: 'X' }).success).toBe(true)
  expect(secretReference.safeParse({ file: 'x' }).success).toBe(true)
  for (const wrong of ['correct horse', { env: '' }, { env: 'X', file: 'x' }, { value: 'x' }, null]) {
    expect(secretReference.safeParse(wrong).success).toBe(false)
  }
})

it('resolves paths from the folder of the configuration', () => {
  expect(resolvePath('./kms', host)).toBe(join(directory, 'kms'))
  expect(resolvePath('/var/kms', host)).toBe('/var/kms')
})
