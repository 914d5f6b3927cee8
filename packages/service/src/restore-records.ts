import { CryptoError, type Token, WRAPPED_KEY_FIELD } from '@parasol/core'
import { AtomicFile } from '@parasol/core/files'
import type { BackupEntry } from './backup-log.js'
import { type BackupQuery, findBackups } from './find-entries.js'
import type { LogSource } from './log-source.js'

/** Fields and green key, as the service answers and takes them. */
export type FlatRecord = Readonly<Record<string, Token>>

/**
 * Gives back the record to which a ciphertext or green key belongs, as it was answered.
 *
 * @throws CryptoError INVALID_INPUT if there is none, or more than one to choose from
 */
export async function restoreRecord(source: LogSource | string, query: BackupQuery): Promise<FlatRecord> {
  const found: BackupEntry[] = []
  for await (const entry of findBackups(source, query)) {
    found.push(entry)
    if (found.length > MOST_NAMED) break
  }
  const [entry, ...others] = found
  if (!entry) throw new CryptoError('INVALID_INPUT', 'No backup fits')
  if (others.length === 0) return entry.record
  const many = found.length > MOST_NAMED ? `More than ${MOST_NAMED}` : String(found.length)
  throw new CryptoError('INVALID_INPUT', `${many} backups fit: say more of the one`)
}

const MOST_NAMED = 100

/** What of a record is left, or the token of one of its fields. */
export type Remnant = FlatRecord | Token

export interface Restored {
  readonly remnant: Remnant
  /** The whole record; undefined if no backup has it. */
  readonly record: FlatRecord | undefined
}

/**
 * Completes what is left of records, in one pass over the log: a row whose green key or some of whose fields were lost
 * comes back whole, as it was answered. What is given back has the order of the remnants.
 *
 * @throws CryptoError INVALID_INPUT for a remnant without a ciphertext; STORE_DAMAGED, IO
 */
export async function restoreRecords(
  source: LogSource | string,
  remnants: readonly Remnant[],
): Promise<readonly Restored[]> {
  const wanted = new Map<Token, FlatRecord | undefined>()
  const ids = remnants.map((remnant) => identify(remnant))
  for (const id of ids) wanted.set(id, undefined)
  for await (const { record } of findBackups(source, {})) {
    for (const token of Object.values(record)) {
      if (wanted.has(token)) wanted.set(token, wanted.get(token) ?? record)
    }
  }
  return remnants.map((remnant, index) => ({ remnant, record: complete(remnant, wanted.get(ids[index] as Token)) }))
}

/** Writes the backups that fit to a file, one JSON object a line, and gives their number. @throws CryptoError IO */
export async function exportBackups(source: LogSource | string, query: BackupQuery, path: string): Promise<number> {
  await using file = await AtomicFile.create(path)
  let count = 0
  for await (const entry of findBackups(source, query)) {
    await file.write(`${JSON.stringify(entry)}\n`)
    count += 1
  }
  await file.commit()
  return count
}

/** All that is left must be of that one record. A green key that is there may be newer than the one that was answered. */
function complete(remnant: Remnant, record: FlatRecord | undefined): FlatRecord | undefined {
  if (typeof remnant === 'string' || !record) return record
  const { [WRAPPED_KEY_FIELD]: key, ...fields } = remnant
  const have = new Set(Object.values(record))
  if (!Object.values(fields).every((token) => have.has(token))) return undefined
  return key === undefined ? record : { ...record, [WRAPPED_KEY_FIELD]: key }
}

/** A field's ciphertext is one record's; a green key may serve for several once it was rewrapped, so that it comes last. */
function identify(remnant: Remnant): Token {
  if (typeof remnant === 'string') return remnant
  const { [WRAPPED_KEY_FIELD]: key, ...fields } = remnant
  const id = Object.values(fields)[0] ?? key
  if (id === undefined) throw new CryptoError('INVALID_INPUT', 'What is left of a record has at least one ciphertext')
  return id
}
