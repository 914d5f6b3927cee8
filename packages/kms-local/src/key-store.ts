import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { CryptoError } from '@parasol/core'
import type { AccessKey, Alias, Key } from './keys.js'
import { deriveSubkey, type RootKeySource, SCRYPT_N } from './root-key.js'
import { type Damage, SealedLog } from './sealed-log.js'
import { makeFolder, openHeader } from './store-header.js'
import { StoreLock } from './store-lock.js'
import { decodeEntity, encodeEntity, type StoredEntity } from './stored-entity.js'

export interface KeyStoreOptions {
  /** The store's folder; made with mode 0700 if there is none. */
  readonly folder: string
  readonly rootKey: RootKeySource
  /** scrypt's N for a new store. Lower it in tests only. */
  readonly scryptN?: number
}

/**
 * The persistent home of keys, aliases and access keys: a folder that holds `store.json`, `keys.log` and, while it is
 * open, `lock`. What a method acknowledges is on disk.
 *
 * A store with a damaged part opens: keys whose records are sound decrypt and encrypt, others and all changes are
 * refused with STORE_DAMAGED, which names the part.
 */
export class KeyStore implements AsyncDisposable {
  readonly #folder: string
  readonly #log: SealedLog
  readonly #lock: StoreLock
  readonly #logKey: Uint8Array
  readonly #state: State

  private constructor(folder: string, log: SealedLog, lock: StoreLock, logKey: Uint8Array, state: State) {
    this.#folder = folder
    this.#log = log
    this.#lock = lock
    this.#logKey = logKey
    this.#state = state
  }

  /** @throws CryptoError LOCKED, WRONG_PASSPHRASE, STORE_DAMAGED (the header), IO */
  static async open({ folder, rootKey: source, scryptN = SCRYPT_N }: KeyStoreOptions): Promise<KeyStore> {
    await makeFolder(folder)
    const lock = await StoreLock.acquire(folder)
    try {
      const { id, rootKey } = await openHeader(folder, source, scryptN)
      const logKey = deriveSubkey(rootKey, id, 'log')
      rootKey.fill(0)
      const state = new State()
      const log = await SealedLog.open(
        { path: join(folder, 'keys.log'), key: logKey, storeId: id },
        (entity, content) => state.apply(entity, decodeEntity(content)),
      )
      return new KeyStore(folder, log, lock, logKey, state)
    } catch (error) {
      await lock[Symbol.asyncDispose]()
      throw error
    }
  }

  /** The parts that do not open; empty in a sound store. */
  get damage(): readonly Damage[] {
    return this.#log.damage
  }

  get keys(): readonly Key[] {
    return [...this.#state.keys.values()]
  }

  get aliases(): readonly Alias[] {
    return [...this.#state.aliases.values()]
  }

  /** @throws CryptoError STORE_DAMAGED if a record about this key is damaged */
  key(id: string): Key | undefined {
    this.#refuseDamage(id)
    return this.#state.keys.get(id)
  }

  /** The id of the key that has a version of this id. */
  keyOfVersion(versionId: string): string | undefined {
    return this.#state.keyOfVersion.get(versionId)
  }

  /** @throws CryptoError STORE_DAMAGED if a record about this alias is damaged */
  alias(name: string): Alias | undefined {
    this.#refuseDamage(entityId('alias', name))
    return this.#state.aliases.get(name)
  }

  accessKey(id: string): AccessKey | undefined {
    return this.#state.accessKeys.get(id)
  }

  /** Adds or replaces a key; the former object is zeroed. */
  async putKey(key: Key): Promise<void> {
    await this.#write(key.metadata.id, { kind: 'key', key })
  }

  async putAlias(alias: Alias): Promise<void> {
    await this.#write(entityId('alias', alias.name), { kind: 'alias', alias })
  }

  async deleteAlias(name: string): Promise<void> {
    await this.#write(entityId('alias', name), { kind: 'alias-deleted', name })
  }

  async putAccessKey(accessKey: AccessKey): Promise<void> {
    await this.#write(randomUUID(), { kind: 'access-key', accessKey })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#log[Symbol.asyncDispose]()
    for (const key of this.#state.keys.values()) key[Symbol.dispose]()
    this.#logKey.fill(0)
    await this.#lock[Symbol.asyncDispose]()
  }

  async #write(id: string, entity: StoredEntity): Promise<void> {
    const [damage] = this.damage
    if (damage) throw this.#damaged(damage)
    const content = encodeEntity(entity)
    try {
      await this.#log.append(id, content)
    } finally {
      content.fill(0)
    }
    this.#state.apply(id, entity)
  }

  #refuseDamage(id: string): void {
    const damage = this.damage.find(({ entity }) => entity === id)
    if (damage) throw this.#damaged(damage)
  }

  #damaged({ offset, sequence, entity }: Damage): CryptoError {
    const about = entity && this.#state.keys.has(entity) ? `, about key ${entity},` : ''
    const place = `Record ${sequence}${about} at byte ${offset} of "${join(this.#folder, 'keys.log')}"`
    return new CryptoError('STORE_DAMAGED', `${place} is damaged: restore the store from a backup`)
  }
}

/** What the records of the log amount to; a later record about the same thing replaces an earlier one. */
class State {
  readonly keys = new Map<string, Key>()
  readonly keyOfVersion = new Map<string, string>()
  readonly aliases = new Map<string, Alias>()
  readonly accessKeys = new Map<string, AccessKey>()

  apply(id: string, entity: StoredEntity): void {
    if (entity.kind === 'key') {
      this.keys.get(id)?.[Symbol.dispose]()
      this.keys.set(id, entity.key)
      for (const version of entity.key.metadata.versions) this.keyOfVersion.set(version.id, id)
    } else if (entity.kind === 'alias') this.aliases.set(entity.alias.name, entity.alias)
    else if (entity.kind === 'alias-deleted') this.aliases.delete(entity.name)
    else this.accessKeys.set(entity.accessKey.id, entity.accessKey)
  }
}

/** A UUID that is always the same for the same name, so that damage can be told to concern it. */
function entityId(kind: string, name: string): string {
  const hex = createHash('sha256').update(`${kind}:${name}`).digest('hex')
  return hex.slice(0, 32).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
}
