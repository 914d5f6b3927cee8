import { join } from 'node:path'
import { CryptoError } from '@parasol/core'
import { StoreLock } from '@parasol/core/files'
import { AuditLog } from './audit-log.js'
import { type AuditedEvents, verifyAuditLog } from './audit-verification.js'
import { describeDamage } from './damage.js'
import type { KeyStoreOptions } from './key-store-options.js'
import type { AccessKey, Alias, Key } from './keys.js'
import type { Principal } from './principals.js'
import { type RootKeySource, SCRYPT_N } from './root-key.js'
import { type Damage, type LogOptions, SealedLog } from './sealed-log.js'
import { LOG_FILE, makeStoreFolder, type OpenedHeader, openHeader, replaceHeader } from './store-header.js'
import type { StoreSecrets } from './store-secrets.js'
import { entityId, StoreState } from './store-state.js'
import { decodeEntity, encodeEntity, type StoredEntity } from './stored-entity.js'
import { TokenSealer } from './token-sealer.js'

/**
 * The persistent home of keys, aliases and access keys: a folder that holds `store.json`, `keys.log` and, while it is
 * open, `lock`. What a method acknowledges is on disk.
 *
 * A store with a damaged part opens: keys whose records are sound decrypt and encrypt, others and all changes are
 * refused with STORE_DAMAGED, which names the part. If a part is so damaged that it does not tell what it was about,
 * known keys go on in the last state that could be read.
 *
 * Nothing in the folder can show that the end of the log was cut off at a record, or that all of it was replaced by an
 * older copy of itself: keep backups where who can write to the store cannot write to them.
 */
export class KeyStore implements AsyncDisposable {
  readonly #folder: string
  readonly #log: SealedLog
  readonly #lock: StoreLock
  readonly #id: string
  #secrets: StoreSecrets
  /** What others may still hold views of; zeroed with the store. */
  readonly #former: StoreSecrets[] = []
  readonly #state: StoreState
  #queue: Promise<unknown> = Promise.resolve()

  private constructor(folder: string, log: SealedLog, lock: StoreLock, opened: OpenedHeader, state: StoreState) {
    this.#folder = folder
    this.#log = log
    this.#lock = lock
    this.#id = opened.header.id
    this.#secrets = opened.secrets
    this.#state = state
  }

  /** @throws CryptoError LOCKED, WRONG_PASSPHRASE, STORE_DAMAGED (the header), IO */
  static async open({ folder, rootKey: source, scryptN = SCRYPT_N }: KeyStoreOptions): Promise<KeyStore> {
    await makeStoreFolder(folder)
    const lock = await StoreLock.acquire(folder)
    const state = new StoreState()
    let opened: OpenedHeader | undefined
    try {
      opened = await openHeader(folder, source, scryptN)
      const log = await SealedLog.open(logOptions(folder, opened), (entity, content) =>
        state.apply(entity, decodeEntity(content)),
      )
      const store = new KeyStore(folder, log, lock, opened, state)
      // What cannot be written now is written when the store is next opened; until then both keys open it.
      await store.#finishRootKeyChange({ source, scryptN }).catch(() => undefined)
      return store
    } catch (error) {
      state[Symbol.dispose]()
      opened?.secrets[Symbol.dispose]()
      await lock[Symbol.asyncDispose]()
      throw error
    }
  }

  /**
   * Seals the store under another root key, and all of its records under new keys, so that neither the former root key
   * nor a former copy of the header opens what is written from now on. A stop at any moment leaves a store that either the
   * former or the new root key opens whole; opening it by the new one finishes the change.
   *
   * @throws CryptoError IO, WRONG_PASSPHRASE for an unfit source, STORE_DAMAGED
   */
  changeRootKey(source: RootKeySource, scryptN: number = SCRYPT_N): Promise<void> {
    return this.#inTurn(async () => {
      this.#requireSound()
      const renewed = this.#secrets.renewed()
      try {
        await replaceHeader(this.#folder, this.#id, renewed, { source, scryptN })
      } catch (error) {
        renewed[Symbol.dispose]()
        throw error
      }
      this.#use(renewed)
      await this.#finishRootKeyChange({ source, scryptN }).catch((cause: unknown) => {
        const rest = 'records are still sealed under the former one until the store is next opened'
        throw new CryptoError('IO', `The root key was changed; ${rest}`, { cause })
      })
    })
  }

  /** Seals what is left under a former key anew; damaged parts keep it. */
  async #finishRootKeyChange(root: { readonly source: RootKeySource; readonly scryptN: number }): Promise<void> {
    if (!this.#secrets.formerLog || this.#log.damage.length > 0) return
    await this.#rewrite(this.#state.without(new Set()))
    const secrets = this.#secrets.withoutFormer()
    this.#use(secrets)
    await replaceHeader(this.#folder, this.#id, secrets, root)
  }

  #use(secrets: StoreSecrets): void {
    this.#former.push(this.#secrets)
    this.#secrets = secrets
    this.#log.useKey(secrets.log)
  }

  /** The audit log in the store's folder. Close it before the store. @throws CryptoError STORE_DAMAGED, IO */
  openAuditLog(): Promise<AuditLog> {
    return AuditLog.open({ folder: this.#folder, key: this.#secrets.audit })
  }

  /** Follows the whole audit log. @throws CryptoError STORE_DAMAGED that says where it is broken */
  verifyAuditLog(): Promise<AuditedEvents> {
    return verifyAuditLog(this.#folder, this.#secrets.audit)
  }

  /** What this store handed out sealed, and opens when it comes back; for as long as the store is open. */
  get tokens(): TokenSealer {
    return new TokenSealer(this.#secrets.tokens)
  }

  /** A STORE_DAMAGED for each part that does not open; empty in a sound store. */
  get damage(): readonly CryptoError[] {
    return this.#log.damage.map((damage) => this.#damaged(damage))
  }

  get keys(): readonly Key[] {
    return [...this.#state.keys.values()]
  }

  get aliases(): readonly Alias[] {
    return [...this.#state.aliases.values()]
  }

  /** @throws CryptoError STORE_DAMAGED if a record about this key is damaged, or may be */
  key(id: string): Key | undefined {
    return this.#find(() => id, this.#state.keys.get(id))
  }

  /**
   * The id of the key that has a version of this id.
   *
   * @throws CryptoError STORE_DAMAGED if a damaged record may hold the version
   */
  keyOfVersion(versionId: string): string | undefined {
    const id = this.#state.keyOfVersion.get(versionId)
    const [damage] = this.#log.damage
    if (id === undefined && damage) throw this.#damaged(damage)
    return id
  }

  /** @throws CryptoError STORE_DAMAGED if a record about this alias is damaged */
  alias(name: string): Alias | undefined {
    return this.#find(() => entityId('alias', name), this.#state.aliases.get(name))
  }

  accessKey(id: string): AccessKey | undefined {
    return this.#find(() => entityId('access-key', id), this.#state.accessKeys.get(id))
  }

  get accessKeyIds(): readonly string[] {
    return [...this.#state.accessKeys.keys()]
  }

  /** All that the store holds, by the id of its record. @throws CryptoError STORE_DAMAGED unless all of it is sound */
  get entities(): ReadonlyMap<string, StoredEntity> {
    this.#requireSound()
    return new Map(this.#state.without(new Set()))
  }

  /** Writes any record. */
  put(id: string, entity: StoredEntity): Promise<void> {
    return this.#write(id, entity)
  }

  get principals(): readonly Principal[] {
    return [...this.#state.principals.values()]
  }

  /** @throws CryptoError STORE_DAMAGED if a record about it is damaged */
  principal(type: Principal['type'], name: string): Principal | undefined {
    return this.#find(() => entityId(type, name), this.#state.principals.get(entityId(type, name)))
  }

  /** Adds or replaces a key; the former object is zeroed. */
  async putKey(key: Key): Promise<void> {
    await this.#write(key.metadata.id, { kind: 'key', key })
  }

  /**
   * Destroys keys, with the aliases that name them: the log is written anew without them, and its former file is
   * overwritten.
   */
  destroyKeys(ids: ReadonlySet<string>): Promise<void> {
    return this.#inTurn(async () => {
      await this.#rewrite(this.#state.without(ids))
      this.#state.forget(ids)
    })
  }

  /** Replaces a key so that its former material goes from the disk: the log is written anew, the former file overwritten. */
  replaceKey(key: Key): Promise<void> {
    const { id } = key.metadata
    return this.#inTurn(async () => {
      const others = this.#state.without(new Set()).filter(([other]) => other !== id)
      await this.#rewrite([...others, [id, { kind: 'key', key }]])
      this.#state.apply(id, { kind: 'key', key })
    })
  }

  async #rewrite(entities: readonly (readonly [id: string, entity: StoredEntity])[]): Promise<void> {
    this.#requireSound()
    const records = entities.map(([id, entity]) => [id, encodeEntity(entity)] as const)
    try {
      await this.#log.rewrite(records)
    } finally {
      for (const [, content] of records) content.fill(0)
    }
  }

  async putAlias(alias: Alias): Promise<void> {
    await this.#write(entityId('alias', alias.name), { kind: 'alias', alias })
  }

  async deleteAlias(name: string): Promise<void> {
    await this.#write(entityId('alias', name), { kind: 'alias-deleted', name })
  }

  async putAccessKey(accessKey: AccessKey): Promise<void> {
    await this.#write(entityId('access-key', accessKey.id), { kind: 'access-key', accessKey })
  }

  async deleteAccessKey(id: string): Promise<void> {
    await this.#write(entityId('access-key', id), { kind: 'access-key-deleted', id })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue
    await this.#log[Symbol.asyncDispose]()
    this.#state[Symbol.dispose]()
    for (const secrets of [this.#secrets, ...this.#former]) secrets[Symbol.dispose]()
    await this.#lock[Symbol.asyncDispose]()
  }

  async #write(id: string, entity: StoredEntity): Promise<void> {
    try {
      await this.#inTurn(() => this.#append(id, entity))
    } catch (error) {
      if (entity.kind === 'key') entity.key[Symbol.dispose]()
      throw error
    }
  }

  async #append(id: string, entity: StoredEntity): Promise<void> {
    this.#requireSound()
    const content = encodeEntity(entity)
    try {
      await this.#log.append(id, content)
    } finally {
      content.fill(0)
    }
    this.#state.apply(id, entity)
  }

  /** What is on disk and what is in memory change together, so that a log that is written anew holds all of it. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work)
    this.#queue = done.catch(() => undefined)
    return done
  }

  #requireSound(): void {
    const [damage] = this.#log.damage
    if (damage) throw this.#damaged(damage)
  }

  /** Damage that does not say what it is about may be about anything that is not there. */
  #find<T>(idOf: () => string, found: T | undefined): T | undefined {
    if (this.#log.damage.length === 0) return found
    const isAbout = (entity = found === undefined ? idOf() : ''): boolean => entity === idOf()
    const damage = this.#log.damage.find(({ entity }) => isAbout(entity))
    if (damage) throw this.#damaged(damage)
    return found
  }

  #damaged(damage: Damage): CryptoError {
    return describeDamage(damage, join(this.#folder, LOG_FILE), this.aliases)
  }
}

function logOptions(folder: string, { header, secrets }: OpenedHeader): LogOptions {
  const { log: key, formerLog: formerKey } = secrets
  return { path: join(folder, LOG_FILE), key, formerKey, storeId: header.id }
}
