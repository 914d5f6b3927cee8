import type { EncryptionContext } from './context.js'
import type { DataKey } from './data-key.js'
import type { CallOptions } from './provider.js'

/**
 * The part of a key management service that backends need. Keys never leave the service; `keyId` is an id, an alias
 * (`alias/users`) or whatever else the service takes.
 *
 * The context is enforced: what was encrypted under one context does not decrypt under another. It may appear in the
 * service's audit trail, so it holds no personal data.
 *
 * All methods reject with CryptoError: KEY_NOT_FOUND, KEY_UNUSABLE, UNAUTHENTICATED, ACCESS_DENIED, THROTTLED,
 * TIMEOUT, KMS_UNAVAILABLE, KMS_PROTOCOL or ABORTED. What does not decrypt is DECRYPTION_FAILED.
 */
export interface Kms {
  /** The longest plaintext that `encrypt` takes. */
  readonly maxPlaintextBytes: number

  /** @throws CryptoError PLAINTEXT_TOO_LARGE above `maxPlaintextBytes` */
  encrypt(keyId: string, plaintext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array>

  /** The ciphertext itself says which key made it. */
  decrypt(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array>

  /** A fresh key of 32 bytes, with its wrapped form, which `decrypt` opens. */
  generateDataKey(keyId: string, context: EncryptionContext, options?: CallOptions): Promise<DataKey>
}

/** A KMS that renews a ciphertext without showing the plaintext to who asks. */
export interface ReEncryptingKms extends Kms {
  /**
   * What `decrypt` opens under this context, encrypted again under the newest version of a key and the same context.
   *
   * @throws CryptoError UNSUPPORTED where the service does not offer it, or not for this ciphertext
   */
  reEncrypt(
    ciphertext: Uint8Array,
    keyId: string,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array>
}

export function isReEncrypting(kms: Kms): kms is ReEncryptingKms {
  return 'reEncrypt' in kms
}
