import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { CryptoError } from '@parasol/core'
import { CHAIN_START, type ChainState, follow, openCheckpoint } from './audit-chain.js'

export const AUDIT_FILE = 'audit.log'
/** Beside the log: how far it had come a moment ago. */
export const CHECKPOINT_FILE = 'audit.head'

export interface AuditedEvents {
  readonly events: number
  /** Whether an event at the end was not written whole; it was never acknowledged. */
  readonly torn: boolean
}

/**
 * Follows the chain from its first event to its end.
 *
 * @throws CryptoError STORE_DAMAGED that names the line at which an event was changed, moved, added or left out, or says
 * that the end was cut off
 */
export async function verifyAuditLog(folder: string, key: Uint8Array): Promise<AuditedEvents> {
  const { state, fileBytes } = await walk(folder, key, CHAIN_START, await readCheckpoint(folder, key))
  return { events: state.events, torn: state.bytes < fileBytes }
}

/** Follows the chain from its last checkpoint. @throws CryptoError STORE_DAMAGED */
export async function verifyTail(folder: string, key: Uint8Array): Promise<Walked> {
  const checkpoint = await readCheckpoint(folder, key)
  return walk(folder, key, checkpoint, checkpoint)
}

interface Walked {
  readonly state: ChainState
  readonly fileBytes: number
}

async function walk(folder: string, key: Uint8Array, from: ChainState, checkpoint: ChainState): Promise<Walked> {
  const path = join(folder, AUDIT_FILE)
  const { size: fileBytes } = await stat(path).catch(() => ({ size: 0 }))
  if (fileBytes < checkpoint.bytes) throw damaged(path, `ends before event ${checkpoint.events}, which it had`)
  let state = from
  if (fileBytes === from.bytes) return { state, fileBytes }
  const input = createReadStream(path, { start: from.bytes })
  for await (const line of createInterface({ input, crlfDelay: 0 })) {
    const next = follow(key, state, line)
    // The last line without its end, or a part of it.
    if (state.bytes + Buffer.byteLength(line) >= fileBytes) break
    if (!next) throw damaged(path, `is broken at line ${state.events + 1}`)
    state = next
    if (state.events === checkpoint.events && state.mac !== checkpoint.mac) {
      throw damaged(path, `is not the one that was noted at line ${state.events}`)
    }
  }
  if (state.events < checkpoint.events) throw damaged(path, `ends before event ${checkpoint.events}, which it had`)
  return { state, fileBytes }
}

async function readCheckpoint(folder: string, key: Uint8Array): Promise<ChainState> {
  const path = join(folder, CHECKPOINT_FILE)
  const text = await readFile(path, 'utf8').catch(() => undefined)
  const hasLog = await stat(join(folder, AUDIT_FILE)).then(
    ({ size }) => size > 0,
    () => false,
  )
  if (text === undefined && !hasLog) return CHAIN_START
  const checkpoint = text === undefined ? undefined : openCheckpoint(key, text)
  if (checkpoint) return checkpoint
  throw damaged(path, text === undefined ? 'is missing beside a log' : 'is not what this store wrote')
}

function damaged(path: string, what: string): CryptoError {
  return new CryptoError('STORE_DAMAGED', `The audit log: "${path}" ${what}`)
}
