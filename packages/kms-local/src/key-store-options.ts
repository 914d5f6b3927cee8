import type { RootKeySource } from './root-key.js'

export interface KeyStoreOptions {
  /** The store's folder; made with mode 0700 if there is none. */
  readonly folder: string
  readonly rootKey: RootKeySource
  /** scrypt's N for a new store. Lower it in tests only. */
  readonly scryptN?: number
}
