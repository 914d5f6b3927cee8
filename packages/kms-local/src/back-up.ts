import { CryptoError } from '@parasol/core'
import { canariesOf } from './backup-canary.js'
import { type BackupContents, encodeContents } from './backup-contents.js'
import type { BackupSeal } from './backup-seal.js'
import { KmsFault } from './faults.js'
import { resolveKeyName } from './key-names.js'
import { timestamp } from './keys.js'
import { readStore, type StoreSnapshot } from './read-store.js'
import type { RootKeySource } from './root-key.js'
import { encodeEntity, type StoredEntity } from './stored-entity.js'

export interface BackUpOptions {
  /** Of the store; it may be served meanwhile. */
  readonly folder: string
  readonly rootKey: RootKeySource
  readonly seal: BackupSeal
  /** Ids, aliases or ARNs of keys that are backed up, with their aliases, and nothing else is; by default everything is. */
  readonly keys?: readonly string[]
  /** Whether a damaged store is backed up as far as it opens, instead of refused. */
  readonly salvage?: boolean
  readonly now?: () => Date
}

export interface Backup {
  readonly file: Uint8Array
  readonly created: string
  readonly keys: number
  readonly versions: number
  /** Aliases, access keys, and whatever else is in the store. */
  readonly others: number
}

/**
 * Makes a backup of a store, or of some of its keys.
 *
 * @throws CryptoError KEY_NOT_FOUND, STORE_DAMAGED, WRONG_PASSPHRASE, IO
 */
export async function backUp({ folder, rootKey, seal, keys, salvage = false, now }: BackUpOptions): Promise<Backup> {
  using snapshot = await readStore(folder, rootKey)
  requireSound(snapshot, salvage)
  const entities = choose(snapshot, keys)
  const records = entities.map(([id, entity]) => ({ id, content: encodeEntity(entity) }))
  const canaries = entities.flatMap(([, entity]) => (entity.kind === 'key' ? canariesOf(entity.key) : []))
  const created = timestamp((now ?? (() => new Date()))())
  const contents = encodeContents({ storeId: snapshot.id, created, records, canaries } satisfies BackupContents)
  try {
    const count = entities.filter(([, { kind }]) => kind === 'key').length
    const file = await seal.seal(contents)
    return { file, created, keys: count, versions: canaries.length, others: entities.length - count }
  } finally {
    contents.fill(0)
    for (const { content } of records) content.fill(0)
  }
}

function requireSound({ damage: [damage] }: StoreSnapshot, salvage: boolean): void {
  if (!damage || salvage) return
  const place = `Record ${damage.sequence} at byte ${damage.offset} of the store`
  throw new CryptoError('STORE_DAMAGED', `${place} is damaged: only what is sound can be backed up, as a salvage`)
}

function choose({ state }: StoreSnapshot, keys: readonly string[] | undefined): [id: string, entity: StoredEntity][] {
  const all = state.without(new Set())
  if (!keys) return all
  const ids = new Set(keys.map((name) => resolve(name, state)))
  return all.filter(([, entity]) => {
    if (entity.kind === 'key') return ids.has(entity.key.metadata.id)
    return entity.kind === 'alias' && ids.has(entity.alias.keyId)
  })
}

function resolve(name: string, { keys, aliases }: StoreSnapshot['state']): string {
  try {
    const id = resolveKeyName(name, (alias) => aliases.get(alias)?.keyId)
    if (keys.has(id)) return id
  } catch (error) {
    throw error instanceof KmsFault ? error.toCryptoError() : error
  }
  throw new CryptoError('KEY_NOT_FOUND', 'The store has no key of that name')
}
