import { CryptoError, type Kms } from '@parasol/core'
import { CryptoContainer, kmsModule, SERVICES } from '@parasol/core/container'
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
  return openConfig<Name>(await loadConfig(path, options))
}

export interface OpenOptions {
  /** Gives each KMS in the place of the configured one, which is not built: in a thread that reaches it through another. */
  readonly kms?: (name: string) => Kms
}

/** The same for a configuration that was loaded. */
export async function openConfig<Name extends string = string>(
  config: Config,
  options: OpenOptions = {},
): Promise<CryptoContainer<Name>> {
  requireSecrets(config)
  const container = createContainer<Name>(config, options)
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
export function createContainer<Name extends string = string>(
  config: Config,
  { kms: given }: OpenOptions = {},
): CryptoContainer<Name> {
  const { kms, schemes } = reachedSections(config)
  const kmsModules = kms.map((section) =>
    given ? kmsModule(section.name, () => given(section.name), []) : moduleOf(section, config),
  )
  const modules = [...kmsModules, ...schemes.map((section) => moduleOf(section, config))]
  const container = new CryptoContainer<Name>(config.useCases as Config['useCases'] & Record<Name, never>, modules)
  for (const section of kms) requireBinding(container, 'kms', section, config)
  for (const section of schemes) requireBinding(container, 'schemes', section, config)
  return container
}

/** Makes the container of one KMS and of those that it needs, without I/O. @throws CryptoError INVALID_CONFIG */
export function createKmsContainer(config: Config, name: string): CryptoContainer {
  const sections = inOrder([name], config.kms)
  requireSecretsOf(sections, config)
  const container = new CryptoContainer(
    {},
    sections.map((section) => moduleOf(section, config)),
  )
  for (const section of sections) requireBinding(container, 'kms', section, config)
  return container
}

function requireSecrets(config: Config): void {
  const { kms, schemes } = reachedSections(config)
  requireSecretsOf([...kms, ...schemes], config)
}

function requireSecretsOf(sections: readonly Section[], config: Config): void {
  const findings = sections.flatMap((section) => section.missingSecrets())
  if (findings.length > 0) throw config.error(findings)
}

/** In the order of their dependencies. */
function reachedSections({ kms, schemes, useCases }: Config): Readonly<Record<PluginKind, readonly Section[]>> {
  const names = Object.values(useCases).flatMap(({ scheme, reads = [] }) => [scheme, ...reads])
  const reached = [...new Set(names)].flatMap((name) => schemes.get(name) ?? [])
  return {
    kms: inOrder(
      reached.flatMap(({ kmsNames }) => kmsNames),
      kms,
    ),
    schemes: reached,
  }
}

function moduleOf(section: Section, config: Config): ReturnType<Section['module']> {
  try {
    return section.module()
  } catch (cause) {
    const message = CryptoError.is(cause) ? cause.message : 'its plug-in failed'
    throw config.error([{ path: section.path, message, cause }])
  }
}

const services = { kms: SERVICES.Kms, schemes: SERVICES.Provider } as const

function requireBinding(container: CryptoContainer, kind: PluginKind, { name, path }: Section, config: Config): void {
  if (container.inversify.isBound(services[kind], { name })) return
  throw config.error([{ path, message: `its plug-in brings no ${kindNames[kind]}` }])
}
