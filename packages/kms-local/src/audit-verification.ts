import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CryptoError } from '@parasol/core'
import { ChainReader, type ChainState } from '@parasol/core/files'
import { type Checkpoint, macLink, NOTHING_NOTED, openCheckpoint } from './audit-chain.js'

export const AUDIT_FILE = 'audit.log'
/** Beside the log: how far it had come a moment ago. */
export const CHECKPOINT_FILE = 'audit.head'

export interface AuditedEvents {
  readonly events: number
  /** Whether an event at the end was not written whole; it was never acknowledged. */
  readonly torn: boolean
}

export interface VerifyAuditOptions {
  /** What `audit.head` held at some time, as it was kept elsewhere: what was in the log then must still be there. */
  readonly head?: string | undefined
}

/**
 * Follows the chain from its first event to its end.
 *
 * @throws CryptoError STORE_DAMAGED that names the line at which an event was changed, moved, added or left out, or says
 * that the end was cut off
 */
export async function verifyAuditLog(
  folder: string,
  key: Uint8Array,
  { head }: VerifyAuditOptions = {},
): Promise<AuditedEvents> {
  const kept = head === undefined ? NOTHING_NOTED : openCheckpoint(key, head)
  if (!kept) throw new CryptoError('INVALID_INPUT', 'The given head was not written by this store')
  const own = await readCheckpoint(folder, key)
  const { state, torn } = await walk(folder, key, NOTHING_NOTED, [own, kept])
  return { events: state.next, torn: torn > 0 }
}

/** Follows the chain from its last checkpoint. @throws CryptoError STORE_DAMAGED */
export async function verifyTail(folder: string, key: Uint8Array): Promise<Walked> {
  const checkpoint = await readCheckpoint(folder, key)
  return walk(folder, key, checkpoint, [checkpoint])
}

interface Walked {
  readonly state: ChainState
  /** Where the sound events end in the file, and how many bytes of one that is not whole follow. */
  readonly end: number
  readonly torn: number
}

async function walk(folder: string, key: Uint8Array, from: Checkpoint, noted: readonly Checkpoint[]): Promise<Walked> {
  const path = join(folder, AUDIT_FILE)
  const start = { hash: Buffer.from(from.mac, 'hex'), next: from.events }
  const last = noted.reduce((a, b) => (b.events > a.events ? b : a))
  const cut = (): CryptoError => damaged(path, `ends before event ${last.events}, which it had`)
  const { size } = await stat(path).catch(() => ({ size: 0 }))
  if (size < from.bytes || (size === from.bytes && last.events > from.events)) throw cut()
  if (size === from.bytes) return { state: start, end: size, torn: 0 }
  const reader = new ChainReader({ path, link: macLink(key), start, offset: from.bytes })
  await reader.each(({ number, hash }) => {
    const isOther = noted.some(({ events, mac }) => events === number + 1 && mac !== hash.toString('hex'))
    if (isOther) throw damaged(path, `is not the one that was noted at line ${number + 1}`)
  })
  const { state = start, end, torn, damage } = reader
  if (damage) throw damaged(path, `${damage.reason} at line ${state.next + 1}`)
  if (state.next < last.events) throw cut()
  return { state, end, torn }
}

async function readCheckpoint(folder: string, key: Uint8Array): Promise<Checkpoint> {
  const path = join(folder, CHECKPOINT_FILE)
  const text = await readFile(path, 'utf8').catch(() => undefined)
  const hasLog = await stat(join(folder, AUDIT_FILE)).then(
    ({ size }) => size > 0,
    () => false,
  )
  if (text === undefined && !hasLog) return NOTHING_NOTED
  const checkpoint = text === undefined ? undefined : openCheckpoint(key, text)
  if (checkpoint) return checkpoint
  throw damaged(path, text === undefined ? 'is missing beside a log' : 'is not what this store wrote')
}

function damaged(path: string, what: string): CryptoError {
  return new CryptoError('STORE_DAMAGED', `The audit log: "${path}" ${what}`)
}
