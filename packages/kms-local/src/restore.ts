import { type BackupContents, type BackupRecord, decodeContents, entityOf } from './backup-contents.js'
import type { BackupSeal } from './backup-seal.js'
import type { KeyStore } from './key-store.js'
import { encodeEntity, type StoredEntity } from './stored-entity.js'

export interface RestoreOptions {
  /** Whether what differs from the backup is replaced by it; a key never if it has versions that the backup lacks. */
  readonly overwrite?: boolean
}

/** What became of each part of a backup, by names: `key <id>`, `alias <name>`, `access-key <id>`. */
export interface RestoreReport {
  readonly created: string
  readonly storeId: string
  readonly restored: readonly string[]
  /** Was there as it is in the backup. */
  readonly same: readonly string[]
  readonly replaced: readonly string[]
  /** Was there, differs from the backup, and was left as it is. */
  readonly kept: readonly string[]
}

/**
 * Puts what a backup holds into a store, empty or not. Nothing that is there is replaced without `overwrite`. It may be
 * repeated after a stop: what was restored before is the same then.
 *
 * @throws CryptoError STORE_DAMAGED for a damaged backup or store, WRONG_PASSPHRASE, DECRYPTION_FAILED, IO
 */
export async function restore(
  store: KeyStore,
  file: Uint8Array,
  seal: BackupSeal,
  { overwrite = false }: RestoreOptions = {},
): Promise<RestoreReport> {
  const bytes = await seal.unseal(file)
  try {
    const contents = decodeContents(bytes)
    const report: Record<Outcome, string[]> = { restored: [], same: [], replaced: [], kept: [] }
    const present = store.entities
    for (const [record, entity] of entitiesOf(contents)) {
      report[await restoreOne(store, present.get(record.id), record, entity, overwrite)].push(nameOf(entity))
    }
    return { created: contents.created, storeId: contents.storeId, ...report }
  } finally {
    bytes.fill(0)
  }
}

type Outcome = 'restored' | 'same' | 'replaced' | 'kept'

/** Keys first, so that an alias never names what is not there. */
function* entitiesOf({ records }: BackupContents): Generator<[BackupRecord, StoredEntity]> {
  for (const keys of [true, false]) {
    for (const record of records) {
      const entity = entityOf(record)
      if ((entity.kind === 'key') === keys) yield [record, entity]
      else discard(entity)
    }
  }
}

async function restoreOne(
  store: KeyStore,
  present: StoredEntity | undefined,
  { id, content }: BackupRecord,
  entity: StoredEntity,
  overwrite: boolean,
): Promise<Outcome> {
  const isSame = present !== undefined && says(present, content)
  if (isSame || (present && !(overwrite && keepsVersions(present, entity)))) {
    discard(entity)
    return isSame ? 'same' : 'kept'
  }
  await store.put(id, entity)
  return present ? 'replaced' : 'restored'
}

function says(entity: StoredEntity, content: Uint8Array): boolean {
  const own = encodeEntity(entity)
  const isSame = Buffer.from(own.buffer, own.byteOffset, own.length).equals(content)
  own.fill(0)
  return isSame
}

function discard(entity: StoredEntity): void {
  if (entity.kind === 'key') entity.key[Symbol.dispose]()
}

/** What versions that are lost encrypted could not be decrypted any more. */
function keepsVersions(present: StoredEntity, restored: StoredEntity): boolean {
  if (present.kind !== 'key' || restored.kind !== 'key') return true
  return present.key.metadata.versions.every(({ id }) => {
    const before = present.key.material(id) ?? new Uint8Array()
    const after = restored.key.material(id)
    return before.length === 0 || (after !== undefined && Buffer.from(after).equals(before))
  })
}

function nameOf(entity: StoredEntity): string {
  if (entity.kind === 'key') return `key ${entity.key.metadata.id}`
  if (entity.kind === 'alias') return `alias ${entity.alias.name}`
  return entity.kind === 'access-key' ? `access-key ${entity.accessKey.id}` : entity.kind
}
