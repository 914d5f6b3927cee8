import { dirname } from 'node:path'
import type { Config } from '@parasol/config'
import { type PluginHost, readSecret } from '@parasol/core/plugin'
import type { ServiceSection } from './service-section.js'
import type { ServiceTls } from './tls.js'

/**
 * Reads the files of `tls` in parasol.yaml; paths are relative to that file.
 *
 * @throws CryptoError INVALID_CONFIG that names the file or variable that is missing or empty
 */
export function readTls({ tls }: ServiceSection, config: Config, env: PluginHost['env']): ServiceTls | undefined {
  if (!tls) return undefined
  const host = { directory: dirname(config.path), env }
  const read = (file: string): string => readSecret({ file }, host)
  return {
    certificate: read(tls.certificate),
    key: readSecret(tls.key, host),
    clientAuthorities: tls.clientAuthorities === undefined ? undefined : read(tls.clientAuthorities),
    clientCertificates: tls.clientCertificates,
  }
}
