import { createHash } from 'node:crypto'
import { CryptoError, type EncryptionContext, encodeContext, type Token, WRAPPED_KEY_FIELD } from '@parasol/core'
import {
  AtomicFile,
  ChainedLog,
  type ChainedLogOptions,
  listSegments,
  refuseDamage,
  segmentReader,
} from '@parasol/core/files'
import type { Call } from './call.js'

/** What is kept of an encryption: all that it takes to restore what the caller lost, and nothing in plaintext. */
export interface BackupEntry {
  readonly time: string
  readonly requestId: string
  readonly caller: string
  readonly useCase: string
  /** SHA-256 of the encoded context, in base64url: it tells which context is needed, to who knows it. */
  readonly contextDigest: string
  /** The fields and the green key, as they were answered. */
  readonly record: Readonly<Record<string, Token>>
}

/** All that is given must fit. */
export interface BackupQuery {
  /** The token of any field. */
  readonly ciphertext?: Token
  /** What was answered as `kms_encrypt_key`. */
  readonly greenKey?: Token
  readonly caller?: string
  readonly useCase?: string
  readonly requestId?: string
  readonly contextDigest?: string
  /** ISO 8601 in UTC: not before this. */
  readonly from?: string
  /** Before this. */
  readonly to?: string
}

const NAME = 'backup'

/** Keeps every record that was encrypted, in case its owner fails to. */
export class BackupLog implements AsyncDisposable {
  readonly log: ChainedLog

  private constructor(log: ChainedLog) {
    this.log = log
  }

  static async open(options: Omit<ChainedLogOptions, 'name'>): Promise<BackupLog> {
    return new BackupLog(await ChainedLog.open({ ...options, name: NAME }))
  }

  /** Resolves when the record, given as the JSON of the answer, is on disk. @throws CryptoError IO */
  append({ id, caller, useCase }: Call, context: EncryptionContext, answer: string): Promise<void> {
    const facts = JSON.stringify({
      time: new Date().toISOString(),
      requestId: id,
      caller: caller.name,
      useCase,
      contextDigest: digestContext(context),
    })
    return this.log.append(`${facts.slice(0, -1)},"record":${answer}}`)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.log[Symbol.asyncDispose]()
  }
}

/** What a backup names a context by. */
export function digestContext(context: EncryptionContext): string {
  return createHash('sha256').update(encodeContext(context)).digest('base64url')
}

/**
 * Finds backups, the oldest first, while the log is written to or not. Only lines that their chain vouches for are given.
 *
 * @throws CryptoError STORE_DAMAGED after all that stands before the damage, IO
 */
export async function* findBackups(folder: string, query: BackupQuery): AsyncGenerator<BackupEntry> {
  const place = { folder, name: NAME }
  const matches = matcher(query)
  for (const segment of await listSegments(place)) {
    const reader = segmentReader(segment, place)
    for await (const lines of reader.batches()) yield* lines.flatMap(({ content }) => matches(content))
    refuseDamage(reader.damage)
  }
}

/**
 * Gives back the record to which a ciphertext or green key belongs, as it was answered.
 *
 * @throws CryptoError INVALID_INPUT if there is none, or more than one to choose from
 */
export async function restoreRecord(folder: string, query: BackupQuery): Promise<Readonly<Record<string, Token>>> {
  const found: BackupEntry[] = []
  for await (const entry of findBackups(folder, query)) found.push(entry)
  const [entry, ...others] = found
  if (!entry) throw new CryptoError('INVALID_INPUT', 'No backup fits')
  if (others.length > 0) throw new CryptoError('INVALID_INPUT', `${found.length} backups fit: say more of the one`)
  return entry.record
}

/** Writes the backups that fit to a file, one JSON object a line, and gives their number. @throws CryptoError IO */
export async function exportBackups(folder: string, query: BackupQuery, path: string): Promise<number> {
  await using file = await AtomicFile.create(path)
  let count = 0
  for await (const entry of findBackups(folder, query)) {
    await file.write(`${JSON.stringify(entry)}\n`)
    count += 1
  }
  await file.commit()
  return count
}

/** Most lines are passed over by their bytes: to look for a text is much cheaper than to parse. */
function matcher(query: BackupQuery): (content: Buffer) => readonly BackupEntry[] {
  const texts = [query.ciphertext, query.greenKey, query.requestId].filter((text) => text !== undefined)
  return (content) => {
    if (!texts.every((text) => content.includes(text))) return []
    const entry = JSON.parse(content.toString()) as BackupEntry
    return entry.record !== undefined && fits(entry, query) ? [entry] : []
  }
}

function fits(entry: BackupEntry, { ciphertext, greenKey, from, to, ...equal }: BackupQuery): boolean {
  const { [WRAPPED_KEY_FIELD]: key, ...fields } = entry.record
  return (
    (ciphertext === undefined || Object.values(fields).includes(ciphertext)) &&
    (greenKey === undefined || key === greenKey) &&
    (from === undefined || entry.time >= from) &&
    (to === undefined || entry.time < to) &&
    Object.entries(equal).every(([name, wanted]) => wanted === undefined || entry[name as keyof BackupEntry] === wanted)
  )
}
