import type { Cipher } from '@parasol/core'
import type { KeyFiles } from './key-files.js'

/** The part of a `Cipher` that is used here. */
export type KeySealer = Pick<Cipher, 'encryptBytes' | 'decryptBytes'>

/**
 * Files of a key ring whose secret keys are encrypted once more, by a use case of any scheme: whoever copies the folder
 * needs the KMS as well as the passphrase. A key that was there before is read as it is, and encrypted with its next change.
 */
export class SealedKeyFiles implements KeyFiles {
  readonly #files: KeyFiles
  readonly #sealer: KeySealer

  constructor(files: KeyFiles, sealer: KeySealer) {
    this.#files = files
    this.#sealer = sealer
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const content = await this.#files.read(path)
    if (!content || !isSecret(path) || isUnsealed(content)) return content
    const sealed = isSealed(content) ? content.subarray(HEADER.length) : content
    return this.#sealer.decryptBytes(sealed, contextOf(path))
  }

  async write(path: string, content: Uint8Array): Promise<void> {
    if (!isSecret(path)) return this.#files.write(path, content)
    const sealed = await this.#sealer.encryptBytes(content, contextOf(path))
    await this.#files.write(path, Buffer.concat([HEADER, sealed]))
  }

  remove(path: string): Promise<void> {
    return this.#files.remove(path)
  }

  stamp(path: string): Promise<string | undefined> {
    return this.#files.stamp(path)
  }

  list(folder: string): Promise<readonly string[]> {
    return this.#files.list(folder)
  }

  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.#files.exclusively(work)
  }

  describe(path: string): string {
    return this.#files.describe(path)
  }
}

/** Whether a secret key cannot be read without its sealer. */
export function isSealed(content: Uint8Array): boolean {
  return HEADER.equals(content.subarray(0, HEADER.length))
}

const HEADER = Buffer.from('OpenPGP key, sealed by Parasol, version 1\n')

function isSecret(path: string): boolean {
  return path.startsWith('keys/')
}

const BEGIN = Buffer.from('-----BEGIN PGP PRIVATE KEY BLOCK-----')

/** Whether a secret key is as it was before it was sealed. */
export function isUnsealed(content: Uint8Array): boolean {
  return Buffer.from(content.subarray(0, BEGIN.length)).equals(BEGIN)
}

/** A file must not be put in another's place. */
function contextOf(path: string): { readonly openpgpKey: string } {
  return { openpgpKey: path.slice('keys/'.length) }
}
