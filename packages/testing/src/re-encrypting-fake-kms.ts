import type { CallOptions, EncryptionContext, ReEncryptingKms } from '@parasol/core'
import { FakeKms } from './fake-kms.js'

/** A `FakeKms` that re-encrypts. Its `calls` count the two halves of that. */
export class ReEncryptingFakeKms extends FakeKms implements ReEncryptingKms {
  async reEncrypt(
    ciphertext: Uint8Array,
    keyId: string,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    const plaintext = await this.decrypt(ciphertext, context, options)
    try {
      return await this.encrypt(keyId, plaintext, context, options)
    } finally {
      plaintext.fill(0)
    }
  }
}
