import { dirname, resolve } from 'node:path'
import type { Config } from '@parasol/config'
import type { ChainedLogOptions } from '@parasol/core/files'
import type { LogSection } from './service-section.js'

const HOUR_MS = 3_600_000

/** A log of parasol.yaml as what opens it; paths are relative to that file. Undefined if there is to be none. */
export function logOptions(
  section: LogSection | 'none',
  config: Config,
  { onTrouble }: Pick<ChainedLogOptions, 'onTrouble'> = {},
): Omit<ChainedLogOptions, 'name'> | undefined {
  if (section === 'none') return undefined
  const { folder, segmentBytes, segmentHours, keepDays, keepBytes, headFile } = section
  const from = dirname(config.path)
  const maxAgeMs = keepDays === undefined ? {} : { maxAgeMs: keepDays * 24 * HOUR_MS }
  const maxBytes = keepBytes === undefined ? {} : { maxBytes: keepBytes }
  const keepsAll = keepDays === undefined && keepBytes === undefined
  return {
    folder: resolve(from, folder),
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
    ...(segmentHours === undefined ? {} : { segmentMs: segmentHours * HOUR_MS }),
    ...(keepsAll ? {} : { retention: { ...maxAgeMs, ...maxBytes } }),
    ...(headFile === undefined ? {} : { headFile: resolve(from, headFile) }),
    ...(onTrouble ? { onTrouble } : {}),
  }
}
