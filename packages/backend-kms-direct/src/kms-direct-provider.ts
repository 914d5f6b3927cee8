import { createHash } from 'node:crypto'
import {
  type CallOptions,
  CryptoError,
  type CryptoErrorCode,
  decryptionFailed,
  type EncryptionContext,
  encodeContext,
  isReEncrypting,
  type Kms,
  type Observable,
  type ProviderTraits,
  PURPOSE_KEY,
  type RewrapProvider,
  type Stats,
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
export class KmsDirectProvider implements RewrapProvider, Observable {
  readonly scheme: string
  readonly traits: ProviderTraits
  readonly #kms: Kms
  readonly #keyId: string
  readonly #visible: readonly string[]
  readonly #rewraps = { reEncrypted: 0, decrypted: 0 }

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
    return withVersion(await this.#kms.encrypt(this.#keyId, plaintext, kmsContext, options))
  }

  async decrypt(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    throwIfAborted(options?.signal)
    const kmsContext = this.#kmsContext(context)
    return this.#open(blobOf(ciphertext), kmsContext, options)
  }

  /**
   * Encrypts a value again, under the newest version of the KMS key: within the KMS, so that it does not come here, or where
   * that cannot, by decrypting it here.
   */
  async rewrap(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    throwIfAborted(options?.signal)
    const kmsContext = this.#kmsContext(context)
    const blob = blobOf(ciphertext)
    const renewed =
      (await this.#reEncrypt(blob, kmsContext, options)) ?? (await this.#decryptAndEncrypt(blob, kmsContext, options))
    return withVersion(renewed)
  }

  /** Values that were renewed: within the KMS, and by decrypting them here since it could not. */
  stats(): Stats {
    return { rewraps: { ...this.#rewraps } }
  }

  /** Undefined if the KMS does not offer it. What it refuses otherwise is not gone round. */
  async #reEncrypt(blob: Uint8Array, kmsContext: EncryptionContext, options?: CallOptions) {
    const kms = this.#kms
    if (!isReEncrypting(kms)) return undefined
    try {
      const renewed = await kms.reEncrypt(blob, this.#keyId, kmsContext, options)
      this.#rewraps.reEncrypted += 1
      return renewed
    } catch (error) {
      if (CryptoError.is(error) && error.code === 'UNSUPPORTED') return undefined
      throw error
    }
  }

  async #decryptAndEncrypt(blob: Uint8Array, kmsContext: EncryptionContext, options?: CallOptions) {
    const plaintext = await this.#open(blob, kmsContext, options)
    try {
      const renewed = await this.#kms.encrypt(this.#keyId, plaintext, kmsContext, options)
      this.#rewraps.decrypted += 1
      return renewed
    } finally {
      plaintext.fill(0)
    }
  }

  async #open(blob: Uint8Array, kmsContext: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    try {
      return await this.#kms.decrypt(blob, kmsContext, options)
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

function withVersion(blob: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(VERSION), blob])
}

/** @throws CryptoError DECRYPTION_FAILED */
function blobOf(ciphertext: Uint8Array): Uint8Array {
  if (ciphertext.length < 2 || ciphertext[0] !== VERSION) throw decryptionFailed()
  return ciphertext.subarray(1)
}
