import { createHash } from 'node:crypto'
import {
  type CallOptions,
  CryptoError,
  type CryptoErrorCode,
  type CryptoProvider,
  decryptionFailed,
  type EncryptionContext,
  encodeContext,
  type Kms,
  type ProviderTraits,
  PURPOSE_KEY,
  throwIfAborted,
} from '@parasol/core'

export interface KmsDirectOptions {
  readonly kms: Kms
  /** The KMS key that encrypts: an id, an alias or whatever else the KMS takes. */
  readonly keyId: string
  /** Keys of the context that the KMS, and its audit trail, may see in clear. None by default. */
  readonly visibleContextKeys?: readonly string[]
  /** `kms-direct` by default. */
  readonly scheme?: string
}

const VERSION = 1

/** What a KMS says of a ciphertext that is not one of its own, for example of a key id inside it that does not exist. */
const CAUSED_BY_CIPHERTEXT: ReadonlySet<CryptoErrorCode> = new Set([
  'INVALID_INPUT',
  'PLAINTEXT_TOO_LARGE',
  'KEY_NOT_FOUND',
])

/**
 * Scheme one: every value goes to the KMS and is encrypted there. The ciphertext is a version byte, 1, and what the KMS
 * answered.
 *
 * The KMS does not see the context but its SHA-256 digest and the purpose, because contexts stand in audit trails.
 */
export class KmsDirectProvider implements CryptoProvider {
  readonly scheme: string
  readonly traits: ProviderTraits
  readonly #kms: Kms
  readonly #keyId: string
  readonly #visible: readonly string[]

  constructor({ kms, keyId, visibleContextKeys = [], scheme = 'kms-direct' }: KmsDirectOptions) {
    this.#kms = kms
    this.#keyId = keyId
    this.#visible = visibleContextKeys
    this.scheme = scheme
    this.traits = { maxPlaintextBytes: kms.maxPlaintextBytes, bindsContext: true, plaintextLeavesProcess: true }
  }

  async encrypt(plaintext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    throwIfAborted(options?.signal)
    const kmsContext = this.#kmsContext(context)
    const { maxPlaintextBytes } = this.traits
    if (plaintext.length > maxPlaintextBytes) {
      throw new CryptoError(
        'PLAINTEXT_TOO_LARGE',
        `Plaintext of ${plaintext.length} bytes: the KMS takes at most ${maxPlaintextBytes}; scheme "envelope" takes more`,
      )
    }
    const blob = await this.#kms.encrypt(this.#keyId, plaintext, kmsContext, options)
    return Buffer.concat([Uint8Array.of(VERSION), blob])
  }

  async decrypt(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    throwIfAborted(options?.signal)
    const kmsContext = this.#kmsContext(context)
    if (ciphertext.length < 2 || ciphertext[0] !== VERSION) throw decryptionFailed()
    try {
      return await this.#kms.decrypt(ciphertext.subarray(1), kmsContext, options)
    } catch (error) {
      throw CryptoError.is(error) && CAUSED_BY_CIPHERTEXT.has(error.code) ? decryptionFailed(error) : error
    }
  }

  #kmsContext(context: EncryptionContext): EncryptionContext {
    const digest = createHash('sha256').update(encodeContext(context)).digest('base64url')
    const visible = this.#visible.flatMap((key) => (Object.hasOwn(context, key) ? [[key, context[key]]] : []))
    const purpose = Object.hasOwn(context, PURPOSE_KEY) ? { purpose: context[PURPOSE_KEY] } : {}
    return { ...Object.fromEntries(visible), ...purpose, context: digest }
  }
}
