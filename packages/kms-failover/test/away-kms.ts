import { CryptoError, type DataKey, type Kms } from '@parasol/core'

/** A KMS that nobody reaches, and that counts who tried. */
export class AwayKms implements Kms {
  readonly maxPlaintextBytes = 4608
  calls = 0

  encrypt(): Promise<Uint8Array> {
    return this.#away()
  }

  decrypt(): Promise<Uint8Array> {
    return this.#away()
  }

  generateDataKey(): Promise<DataKey> {
    return this.#away()
  }

  async #away(): Promise<never> {
    this.calls += 1
    throw new CryptoError('KMS_UNAVAILABLE', 'The KMS could not be reached')
  }
}
