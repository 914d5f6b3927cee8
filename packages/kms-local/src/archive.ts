import { CryptoError } from '@parasol/core'
import { writeFileAtomic } from '@parasol/core/files'
import { type BackUpOptions, type Backup, backUp } from './back-up.js'
import { drill } from './drill.js'
import type { KeyStore } from './key-store.js'

export interface ArchiveOptions extends Omit<BackUpOptions, 'salvage' | 'keys'> {
  /** The id of the key. */
  readonly keyId: string
  /** Where the archive is written; not over a file that is there. */
  readonly to: string
}

/**
 * Moves a key that is disabled out of a store into a sealed file: writes the file, proves by a drill that it opens, and
 * only then destroys the key in the store, with its aliases. `restore` brings it back.
 *
 * @throws CryptoError KEY_NOT_FOUND, KEY_UNUSABLE unless it is disabled, IO
 */
export async function archive(store: KeyStore, { keyId, to, ...options }: ArchiveOptions): Promise<Backup> {
  const key = store.key(keyId)
  if (!key) throw new CryptoError('KEY_NOT_FOUND', 'The store has no key of that id')
  if (key.metadata.state !== 'Disabled') {
    throw new CryptoError('KEY_UNUSABLE', `Only a key that is disabled is archived: this one is ${key.metadata.state}`)
  }
  const backup = await backUp({ ...options, keys: [keyId] })
  const { failed } = await drill(backup.file, options.seal)
  if (failed.length > 0) throw new CryptoError('INTERNAL', 'The archive does not open as it should: the key was kept')
  await writeFileAtomic(to, backup.file, { overwrite: false })
  await store.destroyKeys(new Set([keyId]))
  return backup
}
