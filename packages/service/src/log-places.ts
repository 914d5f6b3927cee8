import { dirname, resolve } from 'node:path'
import type { Config } from '@parasol/config'
import type { CryptoError } from '@parasol/core'
import { ChainedLog, type ChainedLogOptions } from '@parasol/core/files'
import { readSecret } from '@parasol/core/plugin'
import type { KeptLog } from './kept-log.js'
import { type LogSource, logFiles } from './log-source.js'
import type { PostgresLogOptions } from './postgres/postgres-log.js'
import type { LogSection } from './service-section.js'

export interface LogPlaceOptions {
  readonly name: string
  readonly config: Config
  readonly env: Readonly<Record<string, string | undefined>>
  readonly onTrouble?: ((error: CryptoError) => void) | undefined
}

const HOUR_MS = 3_600_000

/**
 * Opens a log of parasol.yaml, wherever that says that it is; paths are relative to that file.
 *
 * @throws CryptoError STORE_DAMAGED, LOCKED, IO; INVALID_CONFIG if a secret is not there
 */
export async function openKeptLog(section: LogSection, options: LogPlaceOptions): Promise<KeptLog> {
  const url = urlOf(section, options)
  if (url === undefined) return ChainedLog.open(fileOptions(section, options))
  const { PostgresLog } = await import('./postgres/postgres-log.js')
  return PostgresLog.open(postgresOptions(url, section, options))
}

/** The same log to read. */
export async function findSource(section: LogSection, options: LogPlaceOptions): Promise<LogSource> {
  const url = urlOf(section, options)
  if (url === undefined) return logFiles(fileOptions(section, options))
  const { postgresSource } = await import('./postgres/postgres-source.js')
  return postgresSource(url, options.name)
}

/** Where its head is noted as well, if anywhere. */
export function headFileOf({ headFile }: LogSection, { config }: Pick<LogPlaceOptions, 'config'>): string | undefined {
  return headFile === undefined ? undefined : resolve(dirname(config.path), headFile)
}

function urlOf({ postgres }: LogSection, { config, env }: LogPlaceOptions): string | undefined {
  return postgres && readSecret(postgres.url, { directory: dirname(config.path), env })
}

function postgresOptions(url: string, section: LogSection, { name, config, onTrouble }: LogPlaceOptions) {
  const headFile = headFileOf(section, { config })
  const options: PostgresLogOptions = {
    url,
    name,
    ...(section.keepDays === undefined ? {} : { maxAgeMs: section.keepDays * 24 * HOUR_MS }),
    ...(section.keepBytes === undefined ? {} : { maxBytes: section.keepBytes }),
    ...(headFile === undefined ? {} : { headFile }),
    ...(onTrouble ? { onTrouble } : {}),
  }
  return options
}

function fileOptions(section: LogSection, { name, config, onTrouble }: LogPlaceOptions): ChainedLogOptions {
  const { folder = '', segmentBytes, segmentHours, keepDays, keepBytes } = section
  const headFile = headFileOf(section, { config })
  const maxAgeMs = keepDays === undefined ? {} : { maxAgeMs: keepDays * 24 * HOUR_MS }
  const maxBytes = keepBytes === undefined ? {} : { maxBytes: keepBytes }
  const keepsAll = keepDays === undefined && keepBytes === undefined
  return {
    name,
    folder: resolve(dirname(config.path), folder),
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
    ...(segmentHours === undefined ? {} : { segmentMs: segmentHours * HOUR_MS }),
    ...(keepsAll ? {} : { retention: { ...maxAgeMs, ...maxBytes } }),
    ...(headFile === undefined ? {} : { headFile }),
    ...(onTrouble ? { onTrouble } : {}),
  }
}
