import { join } from 'node:path'
import type { RootKeySource } from './root-key.js'
import { type Damage, SealedLog } from './sealed-log.js'
import { LOG_FILE, readHeader } from './store-header.js'
import { StoreState } from './store-state.js'
import { decodeEntity } from './stored-entity.js'

/** A store as it was at a moment. */
export interface StoreSnapshot extends Disposable {
  readonly id: string
  readonly state: StoreState
  readonly damage: readonly Damage[]
}

/**
 * Reads a store and changes nothing, also while another process serves it: the log only grows, and is replaced whole.
 *
 * @throws CryptoError WRONG_PASSPHRASE, STORE_DAMAGED (the header), IO
 */
export async function readStore(folder: string, rootKey: RootKeySource): Promise<StoreSnapshot> {
  const { header, secrets } = await readHeader(folder, rootKey)
  const state = new StoreState()
  try {
    const options = {
      path: join(folder, LOG_FILE),
      key: secrets.log,
      formerKey: secrets.formerLog,
      storeId: header.id,
    }
    const damage = await SealedLog.read(options, (entity, content) => state.apply(entity, decodeEntity(content)))
    return { id: header.id, state, damage, [Symbol.dispose]: () => state[Symbol.dispose]() }
  } catch (error) {
    state[Symbol.dispose]()
    throw error
  } finally {
    secrets[Symbol.dispose]()
  }
}
