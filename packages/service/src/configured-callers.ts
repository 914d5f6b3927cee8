import { dirname } from 'node:path'
import type { Config } from '@parasol/config'
import { type PluginHost, readSecret } from '@parasol/core/plugin'
import type { Caller } from './callers.js'
import type { ServiceSection } from './service-section.js'

/**
 * Reads `callers` of parasol.yaml, and their secrets.
 *
 * @throws CryptoError INVALID_CONFIG for use cases and secrets that there are not
 */
export function readCallers(
  { callers }: ServiceSection,
  config: Config,
  env: PluginHost['env'],
): readonly Caller[] | 'anyone' {
  if (callers === 'anyone') return callers
  const have = Object.keys(config.useCases)
  const findings = Object.entries(callers).flatMap(([name, { useCases }]) =>
    useCases.flatMap((useCase, index) =>
      have.includes(useCase)
        ? []
        : [
            {
              path: ['service', 'callers', name, 'useCases', index],
              message: `no such use case (have: ${have.join(', ')})`,
            },
          ],
    ),
  )
  if (findings.length > 0) throw config.error(findings)
  const host = { directory: dirname(config.path), env }
  return Object.entries(callers).map(([name, { requestsPerSecond, secrets, ...caller }]) => ({
    name,
    ...caller,
    secrets: secrets.map((reference) => readSecret(reference, host)),
    ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
  }))
}
