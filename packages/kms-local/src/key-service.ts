import { randomBytes, randomUUID } from 'node:crypto'
import { allocateSecret, base64Length, type CryptoError, type EncryptionContext, encodeBase64 } from '@parasol/core'
import { AccessControl, type AccessKeyOptions } from './access-control.js'
import type { AuditLog } from './audit-log.js'
import type { AuditedEvents } from './audit-verification.js'
import { BadCiphertext, KmsFault } from './faults.js'

import { blobVersion } from './key-blob.js'
import type { KeyDetails } from './key-details.js'
import { resolveKeyName } from './key-names.js'
import { cipherOf, keySpecs } from './key-specs.js'
import { expiryTime, inState, requireAlias, switched, usable } from './key-states.js'
import type { KeyStore } from './key-store.js'
import { type AccessKey, type Alias, Key, lengthOf, timestamp } from './keys.js'
import { rotate } from './rotation.js'
import type { TokenSealer } from './token-sealer.js'
import { doUpkeep } from './upkeep.js'

/** The longest plaintext of Encrypt, counted on the text that the API carries. */
export const MAX_TEXT_BYTES = 6144
/** How long what could not be done in upkeep is left. */
const RETRY_MS = 60_000

/** What an operation that used a key tells of it. */
export interface KeyUse {
  readonly keyId: string
  readonly keyVersionId: string
}

/**
 * What the service does, whoever asks: in this process or over HTTP. Plaintexts are the bytes of the text that the API
 * carries, which the cloud takes as it is and does not decode; a data key is base64 text.
 *
 * Methods throw KmsFault, and CryptoError for what concerns the store.
 */
export class KeyService {
  readonly #store: KeyStore
  readonly #now: () => Date
  #changes: Promise<unknown> = Promise.resolve()
  #upkeepDue = 0

  constructor(store: KeyStore, now: () => Date = () => new Date()) {
    this.#store = store
    this.#now = now
  }

  encrypt(keyName: string, text: Uint8Array, context: EncryptionContext): KeyUse & { blob: Uint8Array } {
    if (text.length > MAX_TEXT_BYTES) throw new KmsFault('InvalidParameter', 'Plaintext')
    const key = this.usableKey(keyName)
    const { id } = key.primaryVersion
    const blob = cipherOf(key).seal(id, key.material(id) ?? missingMaterial(), text, context)
    return { keyId: key.metadata.id, keyVersionId: id, blob }
  }

  /** The caller zeroes the text. */
  decrypt(blob: Uint8Array, context: EncryptionContext): KeyUse & { text: Uint8Array } {
    const versionId = blobVersion(blob)
    const keyId = versionId === undefined ? undefined : this.#store.keyOfVersion(versionId)
    if (versionId === undefined || keyId === undefined) throw new BadCiphertext()
    const key = this.usableKey(keyId)
    const text = cipherOf(key).open(blob, key.material(versionId) ?? missingMaterial(), context)
    if (!text) throw new BadCiphertext()
    return { keyId, keyVersionId: versionId, text }
  }

  /** A random key as base64 text and as a blob; the caller zeroes the text. */
  generateDataKey(
    keyName: string,
    length: number,
    context: EncryptionContext,
  ): KeyUse & { text: Uint8Array; blob: Uint8Array } {
    const bytes = randomBytes(length)
    const text = allocateSecret(base64Length(length))
    encodeBase64(bytes, text)
    bytes.fill(0)
    return { ...this.encrypt(keyName, text, context), text }
  }

  async createKey(description = '', details: KeyDetails = {}): Promise<Key> {
    const created = timestamp(this.#now())
    const material = details.external ? new Uint8Array() : await keySpecs[details.spec ?? 'Aliyun_AES_256'].generate()
    const state = details.external ? 'PendingImport' : 'Enabled'
    const versions = [{ id: randomUUID(), created, ...lengthOf(material) }]
    const key = new Key({ id: randomUUID(), state, description, created, versions, ...details }, material)
    material.fill(0)
    await this.#store.putKey(key)
    this.#upkeepDue = 0
    return key
  }

  /** @param keyName an id, an alias, or the ARN of either */
  describeKey(keyName: string): Key {
    const key = this.#store.key(this.#resolve(keyName))
    if (!key) throw new KmsFault('Forbidden.KeyNotFound')
    return key
  }

  /** The id of the key of this name; undefined if there is none. */
  findKey(keyName: string): string | undefined {
    return this.#store.key(this.#resolve(keyName))?.metadata.id
  }

  /** The id of the key that a ciphertext says it is under; undefined if there is none. */
  findKeyOf(blob: Uint8Array): string | undefined {
    const versionId = blobVersion(blob)
    return versionId === undefined ? undefined : this.#store.keyOfVersion(versionId)
  }

  get keys(): readonly Key[] {
    return [...this.#store.keys].sort(
      (a, b) => compare(a.metadata.created, b.metadata.created) || compare(a.metadata.id, b.metadata.id),
    )
  }

  enableKey(keyName: string): Promise<void> {
    return this.changeKey(keyName, (key) => switched(key, 'Enabled'))
  }

  disableKey(keyName: string): Promise<void> {
    return this.changeKey(keyName, (key) => switched(key, 'Disabled'))
  }

  scheduleKeyDeletion(keyName: string, days: number): Promise<void> {
    return this.changeKey(keyName, (key) => {
      if (key.metadata.deletionProtection !== undefined) throw new KmsFault('Rejected.DeletionProtected')
      const deleteAt = timestamp(new Date(this.#now().getTime() + days * 86_400_000))
      return inState(key, ['Enabled', 'Disabled', 'PendingImport']).with({ state: 'PendingDeletion', deleteAt })
    })
  }

  cancelKeyDeletion(keyName: string): Promise<void> {
    return this.changeKey(keyName, (key) =>
      inState(key, ['PendingDeletion']).with({
        state: key.allMaterial.length === 0 ? 'PendingImport' : 'Enabled',
        deleteAt: undefined,
      }),
    )
  }

  /** A new version, which encrypts from then on; the old ones go on decrypting. */
  rotateKey(keyName: string): Promise<void> {
    return this.changeKey(keyName, (key) => rotate(usable(key), this.#now()))
  }

  /**
   * One change at a time, so that what a change has checked still holds when it is written.
   *
   * @param options.erase whether the former material must go from the disk too
   */
  changeKey(
    keyName: string,
    change: (key: Key) => Key | Promise<Key>,
    options: { erase?: boolean } = {},
  ): Promise<void> {
    return this.#serially(async () => {
      const key = this.describeKey(keyName)
      const changed = await change(key)
      if (changed !== key) await (options.erase ? this.#store.replaceKey(changed) : this.#store.putKey(changed))
      this.#upkeepDue = 0
    })
  }

  /** @throws KmsFault unless it is enabled and its material has not expired */
  usableKey(keyName: string): Key {
    const key = usable(this.describeKey(keyName))
    if (expiryTime(key) <= this.#now().getTime()) throw new KmsFault('Rejected.PendingImport')
    return key
  }

  /** Seals what is handed out and comes back. */
  get tokens(): TokenSealer {
    return this.#store.tokens
  }

  /** Whether `upkeep` has something to do. */
  get isUpkeepDue(): boolean {
    return this.#now().getTime() >= this.#upkeepDue
  }

  /** The time, by the clock that this service was given. */
  get now(): Date {
    return this.#now()
  }

  /**
   * Does what has become due: makes new versions of keys by their policy, and destroys keys whose window has passed. What
   * cannot be written is tried again a minute later, and in the meantime keys are used as they are.
   */
  async upkeep(): Promise<void> {
    const now = this.#now().getTime()
    if (now < this.#upkeepDue) return
    this.#upkeepDue = now + RETRY_MS
    await this.#serially(async () => {
      this.#upkeepDue = await doUpkeep(this.#store, now)
    }).catch(() => undefined)
  }

  get aliases(): readonly Alias[] {
    return [...this.#store.aliases].sort((a, b) => compare(a.name, b.name))
  }

  createAlias(name: string, keyId: string): Promise<void> {
    return this.#serially(async () => {
      requireAlias(name)
      const key = inState(this.describeKey(keyId), ['Enabled', 'Disabled', 'PendingImport'])
      if (this.#store.alias(name)) throw new KmsFault('AliasAlreadyExists')
      await this.#store.putAlias({ name, keyId: key.metadata.id })
    })
  }

  updateAlias(name: string, keyId: string): Promise<void> {
    return this.#serially(async () => {
      if (!this.#store.alias(name)) throw new KmsFault('Forbidden.AliasNotFound')
      const key = this.describeKey(keyId)
      if (key.metadata.state === 'PendingDeletion') throw new KmsFault('Rejected.PendingDeletion')
      await this.#store.putAlias({ name, keyId: key.metadata.id })
    })
  }

  deleteAlias(name: string): Promise<void> {
    return this.#serially(async () => {
      if (!this.#store.alias(name)) throw new KmsFault('Forbidden.AliasNotFound')
      await this.#store.deleteAlias(name)
    })
  }

  /** The key of an alias, made with the alias if there is none. */
  ensureAlias(name: string): Promise<Key> {
    return this.#serially(async () => {
      const alias = this.#store.alias(name)
      if (alias) return this.describeKey(alias.keyId)
      requireAlias(name)
      const key = await this.createKey(`Made for ${name}`)
      await this.#store.putAlias({ name, keyId: key.metadata.id })
      return key
    })
  }

  /** Access keys, users, roles and their sessions. */
  get access(): AccessControl {
    return new AccessControl(this.#store, this.#now)
  }

  accessKey(id: string): AccessKey | undefined {
    return this.#store.accessKey(id)
  }

  /** The ids of the access keys; a secret is shown by `createAccessKey` alone, once. */
  get accessKeyIds(): readonly string[] {
    return this.#store.accessKeyIds
  }

  /** Requests that it signed are refused from then on. */
  async deleteAccessKey(id: string): Promise<void> {
    if (!this.#store.accessKey(id)) throw new KmsFault('InvalidAccessKeyId.NotFound')
    await this.#store.deleteAccessKey(id)
  }

  /** The audit log of the store, for the server; closed before the store. */
  openAuditLog(): Promise<AuditLog> {
    return this.#store.openAuditLog()
  }

  /** @throws CryptoError STORE_DAMAGED that says where the audit log is broken */
  verifyAuditLog(): Promise<AuditedEvents> {
    return this.#store.verifyAuditLog()
  }

  /** What of the store does not open; empty if it is sound. */
  get damage(): readonly CryptoError[] {
    return this.#store.damage
  }

  /** @throws CryptoError INVALID_INPUT for what is no policy */
  createAccessKey(options?: AccessKeyOptions): Promise<AccessKey> {
    return this.access.createAccessKey(options)
  }

  #serially<T>(change: () => Promise<T>): Promise<T> {
    const changed = this.#changes.then(change)
    this.#changes = changed.catch(() => undefined)
    return changed
  }

  #resolve(keyName: string): string {
    return resolveKeyName(keyName, (alias) => this.#store.alias(alias)?.keyId)
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function missingMaterial(): never {
  throw new KmsFault('Forbidden.KeyVersionNotFound')
}
