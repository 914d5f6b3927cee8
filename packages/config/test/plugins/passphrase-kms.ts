import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import {
  DATA_KEY_BYTES,
  DataKey,
  decryptionFailed,
  type EncryptionContext,
  encodeContext,
  type Kms,
} from '@parasol/core'
import { kmsModule } from '@parasol/core/container'
import { definePlugin, readSecret, secretReference } from '@parasol/core/plugin'
import * as z from 'zod'

/** A small KMS without a store: its only key comes from a passphrase. */
class PassphraseKms implements Kms, Disposable {
  readonly maxPlaintextBytes = 4096
  readonly #key: Buffer

  constructor(passphrase: string) {
    this.#key = scryptSync(passphrase, 'parasol test', 32, { N: 16 })
  }

  async encrypt(_keyId: string, plaintext: Uint8Array, context: EncryptionContext): Promise<Uint8Array> {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: 16 }).setAAD(encodeContext(context))
    return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  }

  async decrypt(ciphertext: Uint8Array, context: EncryptionContext): Promise<Uint8Array> {
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, ciphertext.subarray(0, 12), { authTagLength: 16 })
      decipher.setAAD(encodeContext(context)).setAuthTag(ciphertext.subarray(-16))
      return Buffer.concat([decipher.update(ciphertext.subarray(12, -16)), decipher.final()])
    } catch (cause) {
      throw decryptionFailed(cause)
    }
  }

  async generateDataKey(keyId: string, context: EncryptionContext): Promise<DataKey> {
    const plaintext = randomBytes(DATA_KEY_BYTES)
    return new DataKey(await this.encrypt(keyId, plaintext, context), plaintext)
  }

  [Symbol.dispose](): void {
    this.#key.fill(0)
  }
}

export const plugin = definePlugin({
  options: z.strictObject({ passphrase: secretReference, region: z.string().optional(), over: z.string().optional() }),
  kmsNames: ({ over }) => (over === undefined ? [] : [over]),
  module: (name, { passphrase }, host) => kmsModule(name, () => new PassphraseKms(readSecret(passphrase, host)), []),
})
