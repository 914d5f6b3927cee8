import type { AuditEvent } from './audit-event.js'
import { type AuditQuery, searchAuditLog } from './audit-search.js'
import { type AuditedEvents, type VerifyAuditOptions, verifyAuditLog } from './audit-verification.js'
import { ARN_PREFIX } from './key-names.js'
import { readStore } from './read-store.js'
import type { RootKeySource } from './root-key.js'
import { readHeader } from './store-header.js'
import type { StoreSecrets } from './store-secrets.js'

/** Reads the audit log of a store and changes nothing, also while the store is served. */
export class AuditReader implements Disposable {
  readonly #folder: string
  readonly #rootKey: RootKeySource
  readonly #secrets: StoreSecrets

  private constructor(folder: string, rootKey: RootKeySource, secrets: StoreSecrets) {
    this.#folder = folder
    this.#rootKey = rootKey
    this.#secrets = secrets
  }

  /** @throws CryptoError WRONG_PASSPHRASE, STORE_DAMAGED (the header), IO */
  static async open(folder: string, rootKey: RootKeySource): Promise<AuditReader> {
    return new AuditReader(folder, rootKey, (await readHeader(folder, rootKey)).secrets)
  }

  /** Follows the whole log. @throws CryptoError STORE_DAMAGED that says where it is broken */
  verify(options?: VerifyAuditOptions): Promise<AuditedEvents> {
    return verifyAuditLog(this.#folder, this.#secrets.audit, options)
  }

  /**
   * The events that fit, the oldest first, in constant memory. A key is found under all of its names.
   *
   * @throws CryptoError STORE_DAMAGED at the first event that does not follow the one before
   */
  async *search({ key, ...query }: AuditQuery = {}): AsyncGenerator<AuditEvent> {
    const keys = key === undefined ? {} : { keys: await this.#namesOf(key) }
    yield* searchAuditLog(this.#folder, this.#secrets.audit, { ...query, ...keys })
  }

  [Symbol.dispose](): void {
    this.#secrets[Symbol.dispose]()
  }

  /** The id, the aliases that the store knows, and the ARNs of both. */
  async #namesOf(name: string): Promise<ReadonlySet<string>> {
    const plain = name.startsWith(ARN_PREFIX) ? name.slice(ARN_PREFIX.length).replace(/^key\//, '') : name
    using store = await readStore(this.#folder, this.#rootKey)
    const aliases = [...store.state.aliases.values()]
    const id = aliases.find((alias) => alias.name === plain)?.keyId ?? plain
    const names = [plain, id, ...aliases.filter(({ keyId }) => keyId === id).map((alias) => alias.name)]
    return new Set(names.flatMap((one) => [one, `${ARN_PREFIX}${one}`, `${ARN_PREFIX}key/${one}`]))
  }
}
