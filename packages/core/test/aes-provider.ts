import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { type CryptoProvider, decryptionFailed, type EncryptionContext, encodeContext } from '@parasol/core'

/** The smallest sound provider: AES-256-GCM under a random key, with the context as AAD. */
export class AesProvider implements CryptoProvider, Disposable {
  readonly scheme: string
  readonly traits = { maxPlaintextBytes: 1024, bindsContext: true, plaintextLeavesProcess: false }
  readonly key: Buffer = randomBytes(32)

  constructor(scheme: string) {
    this.scheme = scheme
  }

  async encrypt(plaintext: Uint8Array, context: EncryptionContext): Promise<Uint8Array> {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce, { authTagLength: 16 }).setAAD(encodeContext(context))
    return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  }

  async decrypt(ciphertext: Uint8Array, context: EncryptionContext): Promise<Uint8Array> {
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.key, ciphertext.subarray(0, 12), { authTagLength: 16 })
      decipher.setAAD(encodeContext(context)).setAuthTag(ciphertext.subarray(-16))
      return Buffer.concat([decipher.update(ciphertext.subarray(12, -16)), decipher.final()])
    } catch (cause) {
      throw decryptionFailed(cause)
    }
  }

  [Symbol.dispose](): void {
    this.key.fill(0)
  }
}
