import { type LoadOptions, loadConfig } from '@parasol/config'
import { CryptoError } from '@parasol/core'
import { type LogHead, readHead } from '@parasol/core/files'
import { findSource, headFileOf } from './log-places.js'
import type { LogSource } from './log-source.js'
import { serviceSection } from './service-section.js'

/** The logs of a service, by the names that their files begin with. */
export const logNames = ['backup', 'audit'] as const
export type LogName = (typeof logNames)[number]

/** A log of parasol.yaml to read, while the service runs or not. */
export interface ConfiguredLog {
  readonly source: LogSource
  /** The heads that were noted elsewhere. */
  readonly heads: readonly LogHead[]
}

/** @throws CryptoError INVALID_CONFIG also if that log is not kept; STORE_DAMAGED if what was noted is no head, IO */
export async function findLog(name: LogName, path?: string, options: LoadOptions = {}): Promise<ConfiguredLog> {
  const { env = process.env } = options
  const config = await loadConfig(path, options)
  const { backupLog, auditLog } = config.section('service', serviceSection)
  const section = { backup: backupLog, audit: auditLog }[name]
  if (section === 'none') {
    throw new CryptoError('INVALID_CONFIG', `The service of "${config.path}" keeps no ${name} log`)
  }
  const headFile = headFileOf(section, { config })
  const head = headFile === undefined ? undefined : await readHead(headFile, name)
  return { source: await findSource(section, { name, config, env }), heads: head ? [head] : [] }
}
