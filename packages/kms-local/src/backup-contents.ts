import { allocateSecret, CryptoError } from '@parasol/core'
import type { Canary } from './backup-canary.js'
import { decodeEntity, type StoredEntity } from './stored-entity.js'

/** What a backup holds, before it is sealed. The contents of its records are key material: dispose of it. */
export interface BackupContents {
  readonly storeId: string
  /** ISO 8601. */
  readonly created: string
  readonly records: readonly BackupRecord[]
  /** One for each version of each key, made of the keys as they were in use. */
  readonly canaries: readonly Canary[]
}

export interface BackupRecord {
  /** What it is about, a UUID. */
  readonly id: string
  /** As `encodeEntity` writes it. */
  readonly content: Uint8Array
}

const MAGIC = 'parasol-kms-backup-contents 1'
const ID_BYTES = 16
/** More than any store is large. */
const MAX_BYTES = 1 << 30

/**
 * Writes contents as bytes, which the caller zeroes:
 *
 *     the line "parasol-kms-backup-contents 1"
 *     a line of JSON: storeId, created, canaries, and records, the number of them
 *     the records: u32 length of the content (big-endian), 16 bytes id, content
 */
export function encodeContents({ records, ...rest }: BackupContents): Uint8Array {
  const head = Buffer.from(`${MAGIC}\n${JSON.stringify({ ...rest, records: records.length })}\n`)
  const length = records.reduce((sum, { content }) => sum + 4 + ID_BYTES + content.length, head.length)
  const bytes = allocateSecret(length)
  const view = Buffer.from(bytes.buffer)
  let at = head.copy(view)
  for (const { id, content } of records) {
    at = view.writeUInt32BE(content.length, at)
    at += view.write(id.replaceAll('-', ''), at, ID_BYTES, 'hex')
    view.set(content, at)
    at += content.length
  }
  return bytes
}

/** Reads contents, whose records are views of the bytes. @throws CryptoError STORE_DAMAGED */
export function decodeContents(bytes: Uint8Array): BackupContents {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const [magic, json, start] = readLines(view)
  if (magic !== MAGIC || view.length > MAX_BYTES) throw damagedBackup('is not of a version that is known')
  const { records: count, ...head } = parseHead(json)
  const records: BackupRecord[] = []
  let at = start
  for (let index = 0; index < count; index++) {
    if (at + 4 + ID_BYTES > view.length) throw damagedBackup('ends within a record')
    const length = view.readUInt32BE(at)
    const content = view.subarray(at + 4 + ID_BYTES, at + 4 + ID_BYTES + length)
    if (content.length !== length) throw damagedBackup('ends within a record')
    records.push({ id: uuid(view.toString('hex', at + 4, at + 4 + ID_BYTES)), content })
    at += 4 + ID_BYTES + length
  }
  if (at !== view.length) throw damagedBackup('goes on after its last record')
  return { ...head, records }
}

/** What a record says; a key among them is the caller's to dispose of. @throws CryptoError STORE_DAMAGED */
export function entityOf({ content }: BackupRecord): StoredEntity {
  try {
    return decodeEntity(content)
  } catch {
    throw damagedBackup('holds a record that is none')
  }
}

export function damagedBackup(what: string): CryptoError {
  return new CryptoError('STORE_DAMAGED', `The backup ${what}`)
}

interface Head extends Omit<BackupContents, 'records'> {
  readonly records: number
}

function parseHead(json: string): Head {
  try {
    const { storeId, created, canaries, records } = JSON.parse(json) as Head
    const isSound = typeof storeId === 'string' && typeof created === 'string' && Array.isArray(canaries)
    if (isSound && Number.isSafeInteger(records)) return { storeId, created, canaries, records }
  } catch {}
  throw damagedBackup('has no head that can be read')
}

function readLines(view: Buffer): [magic: string, json: string, start: number] {
  const first = view.indexOf('\n')
  const second = first < 0 ? -1 : view.indexOf('\n', first + 1)
  if (second < 0) throw damagedBackup('has no head that can be read')
  return [view.toString('utf8', 0, first), view.toString('utf8', first + 1, second), second + 1]
}

function uuid(hex: string): string {
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
}
