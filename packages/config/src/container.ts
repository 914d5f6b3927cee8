import { CryptoError } from '@parasol/core'
import { CryptoContainer, SERVICES } from '@parasol/core/container'
import { formatPath } from './config-error.js'
import { type Config, loadConfig } from './load.js'
import type { LoadOptions } from './locate.js'
import { kindNames, type PluginKind } from './plugins.js'
import { inOrder } from './references.js'
import type { Section } from './sections.js'

/**
 * Opens what parasol.yaml describes:
 *
 *     await using crypto = await openCrypto()
 *     const token = await crypto.router.for('customer.phone').encrypt('13800138000', { customerId: '7' })
 *
 * Everything that can be checked without a KMS is checked here, secrets that are missing included. Name your use cases
 * to let the compiler check them, `openCrypto<'customer.phone' | 'customer.idCard'>()`: that is a promise about the
 * file, kept at run time only when a use case is asked for (UNKNOWN_USE_CASE).
 *
 * @throws CryptoError INVALID_CONFIG that lists every problem with its line, its path in the file and a remedy
 */
export async function openCrypto<Name extends string = string>(
  path?: string,
  options?: LoadOptions,
): Promise<CryptoContainer<Name>> {
  const container = createContainer<Name>(await loadConfig(path, options))
  try {
    void container.router
    return container
  } catch (cause) {
    await container.close()
    throw CryptoError.is(cause) ? cause : new CryptoError('INVALID_CONFIG', 'The schemes cannot be built', { cause })
  }
}

/**
 * Makes the container of a configuration, without I/O: the schemes that use cases reach, and the KMS that those need.
 *
 * @throws CryptoError INVALID_CONFIG if a plug-in cannot be built from its section
 */
export function createContainer<Name extends string = string>(config: Config): CryptoContainer<Name> {
  const schemes = reachedSchemes(config)
  const kmsNames = schemes.flatMap((scheme) => scheme.kmsNames)
  const kms = inOrder(kmsNames, config.kms)
  const modules = [
    ...kms.map((section) => moduleOf('kms', section)),
    ...schemes.map((section) => moduleOf('schemes', section)),
  ]
  const container = new CryptoContainer<Name>(config.useCases as Config['useCases'] & Record<Name, never>, modules)
  for (const { name } of kms) requireBinding(container, 'kms', name)
  for (const { name } of schemes) requireBinding(container, 'schemes', name)
  return container
}

function reachedSchemes({ schemes, useCases }: Config): readonly Section[] {
  const names = Object.values(useCases).flatMap(({ scheme, reads = [] }) => [scheme, ...reads])
  return [...new Set(names)].flatMap((name) => schemes.get(name) ?? [])
}

function moduleOf(kind: PluginKind, section: Section): ReturnType<Section['module']> {
  try {
    return section.module()
  } catch (cause) {
    const reason = CryptoError.is(cause) ? cause.message : 'its plug-in failed'
    throw new CryptoError('INVALID_CONFIG', `${formatPath([kind, section.name])}: ${reason}`, { cause })
  }
}

const services = { kms: SERVICES.Kms, schemes: SERVICES.Provider } as const

function requireBinding(container: CryptoContainer, kind: PluginKind, name: string): void {
  if (container.inversify.isBound(services[kind], { name })) return
  throw new CryptoError('INVALID_CONFIG', `${formatPath([kind, name])}: its plug-in brings no ${kindNames[kind]}`)
}
