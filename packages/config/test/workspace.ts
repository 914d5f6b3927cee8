import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Config, loadConfig } from '@parasol/config'
import { CryptoError } from '@parasol/core'
import { afterAll } from 'vitest'

/** A folder for configurations, which is removed after the tests of the file. */
export const directory: string = mkdtempSync(join(tmpdir(), 'parasol-config-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

export const env: Readonly<Record<string, string>> = { PASSPHRASE: 'correct horse battery staple' }

/** How a configuration in the folder names a plug-in of these tests. */
export function ownPlugin(name: string): string {
  return relative(directory, fileURLToPath(new URL(`plugins/${name}.ts`, import.meta.url)))
}

export const throughKms: string = ownPlugin('through-kms')
export const passphraseKms: string = ownPlugin('passphrase-kms')

/** What tests change one line of. */
export const sound: string = `version: 1
kms:
  main: { use: ${passphraseKms}, passphrase: { env: PASSPHRASE } }
schemes:
  old: { use: ${throughKms}, kms: main, keyId: alias/old }
  new:
    use: ${throughKms}
    kms: main
    keyId: alias/new
useCases:
  customer.phone: { scheme: old }
  customer.idCard: { scheme: new, reads: [old] }
`

export function write(content: string | Uint8Array, name = 'parasol.yaml'): string {
  const path = join(directory, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return path
}

export async function load(content: string | Uint8Array): Promise<Config> {
  write(content)
  return loadConfig(undefined, { env, directory })
}

/** The lines of the message with which a configuration is refused. */
export async function problemsOf(content: string | Uint8Array): Promise<readonly string[]> {
  const error = await load(content).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!CryptoError.is(error) || error.code !== 'INVALID_CONFIG') throw new Error('Not refused', { cause: error })
  return error.message.split('\n').map((line) => line.trim())
}
