import {
  type AdministeredKms,
  allocateSecret,
  base64Length,
  type CallOptions,
  CryptoError,
  DATA_KEY_BYTES,
  DataKey,
  decodeBase64,
  decodedLength,
  decryptionFailed,
  type EncryptionContext,
  encodeBase64,
  encodeContext,
  type KeyAdministration,
  type ReEncryptingKms,
  throwIfAborted,
} from '@parasol/core'
import { KmsFault } from './faults.js'
import { KeyService, MAX_TEXT_BYTES } from './key-service.js'
import { KeyStore } from './key-store.js'
import type { KeyStoreOptions } from './key-store-options.js'
import { LocalKeyAdministration } from './local-key-administration.js'
import { reEncrypt } from './re-encrypt.js'

export interface LocalKmsOptions extends KeyStoreOptions {
  /** Aliases that get a key when the store is opened, if they have none. */
  readonly createKeys?: readonly string[]
  readonly now?: () => Date
  /** Told, when the store is opened, of each part that does not open; by default a process warning. */
  readonly onDamage?: (damage: CryptoError) => void
}

/**
 * A key management service in this process, over a sealed store on disk. The store is opened at the first call and
 * is this process's alone until it is closed. Its ciphertexts are those of the same store behind the HTTP server.
 */
export class LocalKms implements AdministeredKms, ReEncryptingKms, AsyncDisposable {
  /** As at Alibaba Cloud, which counts 6,144 bytes of base64. */
  readonly maxPlaintextBytes: number = (MAX_TEXT_BYTES / 4) * 3
  readonly keys: KeyAdministration = new LocalKeyAdministration(() => this.open())
  readonly #options: LocalKmsOptions
  #opening: Promise<KeyService> | undefined
  #store: KeyStore | undefined
  #closed = false

  constructor(options: LocalKmsOptions) {
    this.#options = options
  }

  /**
   * The service behind this port, for administration and for the HTTP server.
   *
   * @throws CryptoError LOCKED, WRONG_PASSPHRASE, STORE_DAMAGED, IO; the next call tries again
   */
  open(): Promise<KeyService> {
    if (this.#closed) return Promise.reject(new CryptoError('CLOSED', 'The local KMS was closed'))
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async encrypt(
    keyId: string,
    plaintext: Uint8Array,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    encodeContext(context)
    if (plaintext.length > this.maxPlaintextBytes) {
      throw new CryptoError(
        'PLAINTEXT_TOO_LARGE',
        `Plaintext of ${plaintext.length} bytes: the KMS takes at most ${this.maxPlaintextBytes}`,
      )
    }
    const text = allocateSecret(base64Length(plaintext.length))
    encodeBase64(plaintext, text)
    try {
      return await this.#call(options, (service) => service.encrypt(keyId, text, context).blob)
    } finally {
      text.fill(0)
    }
  }

  async decrypt(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    encodeContext(context)
    const text = await this.#call(options, (service) => service.decrypt(ciphertext, context).text)
    return decodeAndZero(text)
  }

  async reEncrypt(
    ciphertext: Uint8Array,
    keyId: string,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    encodeContext(context)
    return this.#call(options, (service) => reEncrypt(service, ciphertext, keyId, { from: context, to: context }).blob)
  }

  async generateDataKey(keyId: string, context: EncryptionContext, options?: CallOptions): Promise<DataKey> {
    encodeContext(context)
    const { text, blob } = await this.#call(options, (service) =>
      service.generateDataKey(keyId, DATA_KEY_BYTES, context),
    )
    return new DataKey(blob, decodeAndZero(text))
  }

  /** Zeroes every key and lets another process open the store. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await this.#opening?.catch(() => undefined)
    await this.#store?.[Symbol.asyncDispose]()
    this.#store = undefined
  }

  async #open(): Promise<KeyService> {
    const store = await KeyStore.open(this.#options)
    const service = new KeyService(store, this.#options.now)
    for (const damage of service.damage) (this.#options.onDamage ?? warn)(damage)
    try {
      for (const alias of this.#options.createKeys ?? []) await service.ensureAlias(alias)
    } catch (error) {
      await store[Symbol.asyncDispose]()
      throw error instanceof KmsFault ? error.toCryptoError() : error
    }
    this.#store = store
    return service
  }

  async #call<T>(options: CallOptions | undefined, work: (service: KeyService) => T): Promise<T> {
    throwIfAborted(options?.signal)
    const service = await this.open()
    await service.upkeep()
    throwIfAborted(options?.signal)
    try {
      return work(service)
    } catch (error) {
      throw error instanceof KmsFault ? error.toCryptoError() : error
    }
  }
}

function warn(damage: CryptoError): void {
  process.emitWarning(damage.message, { code: `PARASOL_${damage.code}` })
}

/** Text that is not base64 was encrypted over HTTP by a client that did not encode it: it is not ours to read. */
function decodeAndZero(text: Uint8Array): Uint8Array {
  try {
    const length = decodedLength(text)
    if (length < 0) throw decryptionFailed()
    const plaintext = allocateSecret(length)
    decodeBase64(text, plaintext)
    return plaintext
  } finally {
    text.fill(0)
  }
}
