import { createHash } from 'node:crypto'
import { type Token, WRAPPED_KEY_FIELD } from '@parasol/core'
import type { AuditEntry } from './audit-log.js'
import type { BackupEntry } from './backup-log.js'
import { type LogSource, logFiles } from './log-source.js'

/** All that is given must fit. */
export interface LogQuery {
  readonly caller?: string
  readonly useCase?: string
  readonly requestId?: string
  /** ISO 8601 in UTC: not before this. */
  readonly from?: string
  /** Before this. */
  readonly to?: string
}

export interface BackupQuery extends LogQuery {
  /** The token of any field. */
  readonly ciphertext?: Token
  /** What was answered as `kms_encrypt_key`. */
  readonly greenKey?: Token
  /** The same, by what `greenKeyId` makes of it. */
  readonly greenKeyId?: string
  readonly contextDigest?: string
}

export interface AuditQuery extends LogQuery {
  readonly operation?: string
  readonly outcome?: string
}

/** A short name of a green key, by which people can speak of it: the beginning of its SHA-256, in hex. */
export function greenKeyId(greenKey: Token): string {
  return createHash('sha256').update(greenKey).digest('hex').slice(0, 16)
}

/**
 * Finds backups, the oldest first, while the log is written to or not. Only lines that their chain vouches for are given.
 *
 * @param source the log, or the folder of its files
 * @throws CryptoError STORE_DAMAGED after all that stands before the damage, IO
 */
export async function* findBackups(source: LogSource | string, query: BackupQuery): AsyncGenerator<BackupEntry> {
  const { ciphertext, greenKey, greenKeyId: id, ...equal } = query
  for await (const entry of findEntries<BackupEntry>(source, 'backup', equal, [ciphertext, greenKey])) {
    const { [WRAPPED_KEY_FIELD]: key, ...fields } = entry.record ?? {}
    const fits =
      entry.record !== undefined &&
      (ciphertext === undefined || Object.values(fields).includes(ciphertext)) &&
      (greenKey === undefined || key === greenKey) &&
      (id === undefined || (key !== undefined && greenKeyId(key) === id))
    if (fits) yield entry
  }
}

/** The same for the audit log. */
export async function* findAudits(source: LogSource | string, query: AuditQuery): AsyncGenerator<AuditEntry> {
  for await (const entry of findEntries<AuditEntry>(source, 'audit', query, [])) {
    if (entry.outcome !== undefined) yield entry
  }
}

/** Most lines are passed over by their bytes: to look for a text is much cheaper than to parse. */
async function* findEntries<Entry extends AuditEntry | BackupEntry>(
  source: LogSource | string,
  name: string,
  { from, to, ...equal }: LogQuery,
  further: readonly (string | undefined)[],
): AsyncGenerator<Entry> {
  const log = typeof source === 'string' ? logFiles({ folder: source, name }) : source
  const wanted = Object.entries(equal).filter(([, value]) => value !== undefined)
  const texts = [equal.requestId, ...further].filter((text) => text !== undefined)
  for await (const contents of log.contents()) {
    for (const content of contents) {
      if (!texts.every((text) => content.includes(text))) continue
      const entry = JSON.parse(content.toString())
      const inTime = (from === undefined || entry.time >= from) && (to === undefined || entry.time < to)
      if (inTime && wanted.every(([field, value]) => entry[field] === value)) yield entry
    }
  }
}
