import type { Kms } from '@parasol/core'
import { unknownName } from './config-error.js'
import { createKmsContainer } from './container.js'
import { type Config, loadConfig } from './load.js'
import type { LoadOptions } from './locate.js'

/** One KMS of a configuration, until it is disposed of. */
export interface OpenedKms extends AsyncDisposable {
  readonly name: string
  readonly kms: Kms
}

/**
 * Opens one KMS of a configuration, also one that no use case needs, for administration.
 *
 * @param name may be left out where the configuration has one alone
 * @throws CryptoError INVALID_CONFIG
 */
export async function openKms(path?: string, name?: string, options?: LoadOptions): Promise<OpenedKms> {
  const config = await loadConfig(path, options)
  const chosen = choose(config, name)
  const container = createKmsContainer(config, chosen)
  return {
    name: chosen,
    kms: container.kms(chosen),
    [Symbol.asyncDispose]: () => container.close(),
  }
}

function choose(config: Config, name: string | undefined): string {
  const names = [...config.kms.keys()]
  if (name !== undefined) {
    if (config.kms.has(name)) return name
    throw config.error([{ path: ['kms'], message: unknownName('KMS', name, names) }])
  }
  const [only] = names
  if (only !== undefined && names.length === 1) return only
  throw config.error([{ path: ['kms'], message: `say which of them is meant (have: ${names.join(', ') || 'none'})` }])
}
