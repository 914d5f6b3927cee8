import { sings } from './backup-canary.js'
import { type BackupContents, decodeContents, entityOf } from './backup-contents.js'
import type { BackupSeal } from './backup-seal.js'
import { compareStores, type StoreComparison } from './compare-stores.js'
import { readStore } from './read-store.js'
import type { RootKeySource } from './root-key.js'
import { StoreState } from './store-state.js'

/** What a drill found in a backup. */
export interface DrillReport {
  readonly created: string
  readonly storeId: string
  readonly keys: number
  /** Versions of keys that decrypted, or authenticated, what they had when the backup was made. */
  readonly versions: number
  readonly aliases: readonly string[]
  readonly accessKeys: number
  /** What is wrong with it; empty if everything is restored by it. */
  readonly failed: readonly string[]
  /** How the store that was given differs; and whether it is the one that was backed up, or another into which it was restored. */
  readonly store?: StoreComparison & { readonly isTheSame: boolean }
}

export interface DrillOptions {
  /** A store to compare the backup with, served or not. */
  readonly against?: { readonly folder: string; readonly rootKey: RootKeySource } | undefined
}

/**
 * Proves that a backup opens, without a store: unseals it, reads every record, and lets each version of each key decrypt
 * what it encrypted when the backup was made. Then compares it with a store, if one is given.
 *
 * @throws CryptoError STORE_DAMAGED, WRONG_PASSPHRASE, DECRYPTION_FAILED
 */
export async function drill(file: Uint8Array, seal: BackupSeal, { against }: DrillOptions = {}): Promise<DrillReport> {
  const bytes = await seal.unseal(file)
  using state = new StoreState()
  try {
    const contents = decodeContents(bytes)
    for (const record of contents.records) state.apply(record.id, entityOf(record))
    const found = report(contents, state)
    return against ? { ...found, store: await compare(contents, state, against) } : found
  } finally {
    bytes.fill(0)
  }
}

async function compare(
  { storeId }: BackupContents,
  backup: StoreState,
  { folder, rootKey }: NonNullable<DrillOptions['against']>,
): Promise<NonNullable<DrillReport['store']>> {
  using store = await readStore(folder, rootKey)
  return { isTheSame: store.id === storeId, ...compareStores(backup, store.state) }
}

function report(
  { created, storeId, canaries }: BackupContents,
  { keys, aliases, accessKeys }: StoreState,
): DrillReport {
  const silent = canaries.filter((canary) => {
    const key = keys.get(canary.keyId)
    return !key || !sings(key, canary)
  })
  const proved = new Set(canaries.map(({ versionId }) => versionId))
  const unproved = [...keys.values()].flatMap((key) =>
    key.metadata.versions.filter(({ id }) => key.material(id)?.length && !proved.has(id)),
  )
  const lost = [...aliases.values()].filter(({ keyId }) => !keys.has(keyId))
  return {
    created,
    storeId,
    keys: keys.size,
    versions: canaries.length - silent.length,
    aliases: [...aliases.keys()],
    accessKeys: accessKeys.size,
    failed: [
      ...silent.map(({ keyId, versionId }) => `version ${versionId} of key ${keyId} does not decrypt its canary`),
      ...unproved.map(({ id }) => `version ${id} has no canary`),
      ...lost.map(({ name }) => `${name} names a key that is not in the backup`),
    ],
  }
}
