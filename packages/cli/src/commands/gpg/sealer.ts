import type { KeyFiles, KeySealer } from '@parasol/backend-gpg'
import type { Cipher } from '@parasol/core'
import { withCipher } from '../../options.js'
import type { Terminal } from '../../terminal.js'
import { type RingOptions, ringFolder } from './ring-options.js'

/** The files of a ring; if it is sealed, its use case is opened for each secret key that is read or written. */
export async function openKeyFiles(terminal: Terminal, options: RingOptions): Promise<KeyFiles> {
  const { FolderKeyFiles, SealedKeyFiles, sealedBy } = await import('@parasol/backend-gpg')
  const files = new FolderKeyFiles(ringFolder(terminal, options))
  const useCase = await sealedBy(files)
  if (useCase === undefined) return files
  const withSealer = <T>(work: (cipher: Cipher) => Promise<T>): Promise<T> =>
    withCipher(terminal, { ...options, useCase }, work)
  const sealer: KeySealer = {
    encryptBytes: (plaintext, context) => withSealer((cipher) => cipher.encryptBytes(plaintext, context)),
    decryptBytes: (ciphertext, context) => withSealer((cipher) => cipher.decryptBytes(ciphertext, context)),
  }
  return new SealedKeyFiles(files, sealer)
}
