import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as z from 'zod'
import type { ContainerModule } from './container.js'
import { CryptoError } from './errors.js'

/** Where a plug-in runs: what its options' paths and names refer to. */
export interface PluginHost {
  /** Relative paths begin here: the folder of the configuration file. */
  readonly directory: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * What the `container` entry of a backend or KMS package exports as `plugin`: the shape of its section in
 * parasol.yaml, and the module that such a section becomes. Neither does I/O.
 */
export interface Plugin<Options> {
  readonly options: z.ZodType<Options>
  module(name: string, options: Options, host: PluginHost): ContainerModule
  /** The names of the KMS that these options refer to, which must exist and are loaded first. */
  kmsNames?(options: Options): readonly string[]
  /** The names of the use cases that these options refer to, which must exist and not lead back to this section. */
  useCaseNames?(options: Options): readonly string[]
}

/** Checks a plug-in's types where it is written. */
export function definePlugin<Options>(plugin: Plugin<Options>): Plugin<Options> {
  return plugin
}

/** Where a secret is: never in the configuration itself. */
export type SecretReference = { readonly env: string } | { readonly file: string }

export const secretReference: z.ZodType<SecretReference> = z
  .union([
    z.strictObject({ env: z.string().min(1).describe('Name of the environment variable that holds the secret') }),
    z.strictObject({ file: z.string().min(1).describe('Path of the file that holds the secret') }),
  ])
  .describe('Where the secret is: { env: NAME } or { file: PATH }')

export function resolvePath(path: string, host: PluginHost): string {
  return resolve(host.directory, path)
}

/**
 * Reads a secret as text, without the line end of a file.
 *
 * @throws CryptoError INVALID_CONFIG that names the variable or file that is missing or empty
 */
export function readSecret(reference: SecretReference, host: PluginHost): string {
  if ('env' in reference) {
    const value = host.env[reference.env]
    if (!value) throw new CryptoError('INVALID_CONFIG', `The environment variable ${reference.env} is not set`)
    return value
  }
  const value = readSecretFile(resolvePath(reference.file, host)).replace(/\r?\n$/, '')
  if (value === '') throw new CryptoError('INVALID_CONFIG', `The secret file "${reference.file}" is empty`)
  return value
}

function readSecretFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new CryptoError('INVALID_CONFIG', `The secret file "${path}" cannot be read`, { cause })
  }
}
