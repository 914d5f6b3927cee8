import { type EncryptionContext, PURPOSE_KEY, refuseReservedKeys } from './context.js'
import { CryptoError, decryptionFailed } from './errors.js'
import { guard, guardDecryption, schemeFailed } from './guard.js'
import { guardStream } from './guard-stream.js'
import {
  type CallOptions,
  type CryptoProvider,
  isRecordProvider,
  isRewrapProvider,
  isSeekableProvider,
  isStreamProvider,
  isStreamRewrapProvider,
  isWithholdingProvider,
  type RandomAccess,
  type StreamOptions,
} from './provider.js'
import { recognizeSchemes } from './recognize.js'
import type { EncryptedRecord } from './record.js'
import { RecordCipher, type RecordCipherOptions } from './record-cipher.js'
import { type ManyOptions, type Outcome, settleMany } from './settle-many.js'
import { collect } from './stream.js'
import { SyncCipher } from './sync-cipher.js'
import { decodeText, encodeText } from './text.js'
import { TextPath } from './text-path.js'
import { formatToken, parseToken, type Token } from './token.js'
import { untilAborted } from './until-aborted.js'

export interface CipherOptions {
  readonly useCase: string
  readonly purpose: string
  /** Encrypts. */
  readonly provider: CryptoProvider
  /** Decrypt, by scheme; the provider is one of them. */
  readonly readers: ReadonlyMap<string, CryptoProvider>
}

export interface DecryptBytesOptions extends CallOptions {
  /** The scheme that made the ciphertext, if not the use case's own: one of its `reads`. */
  readonly scheme?: string
}

export interface DecryptStreamOptions extends DecryptBytesOptions, StreamOptions {}

/**
 * What an application encrypts and decrypts one use case with. It binds the use case's purpose to every value, turns
 * text into tokens and back, and lets a value be read only by the schemes that the use case names.
 *
 * All methods reject with CryptoError. INVALID_INPUT: an argument has the wrong shape. PLAINTEXT_TOO_LARGE: the scheme
 * takes less. DECRYPTION_FAILED: wrong key, wrong context, damaged or forged ciphertext. SCHEME_NOT_ALLOWED: the token
 * names a scheme that the use case does not read.
 */
export class Cipher {
  readonly useCase: string
  readonly #purpose: string
  readonly #provider: CryptoProvider
  readonly #readers: ReadonlyMap<string, CryptoProvider>
  readonly #texts: TextPath | undefined
  readonly #records: RecordCipher
  #sync: SyncCipher | undefined

  constructor({ useCase, purpose, provider, readers }: CipherOptions) {
    this.useCase = useCase
    this.#purpose = purpose
    this.#provider = provider
    this.#readers = readers
    this.#texts = TextPath.of(provider, purpose)
    this.#records = new RecordCipher(this.#parts())
  }

  /** The scheme that encrypts. */
  get scheme(): string {
    return this.#provider.scheme
  }

  /**
   * The schemes, of those that this use case reads, that a ciphertext which begins so can be of, most likely first: for
   * `decryptStream` and others of a file that one of the `reads` may have made. Never none.
   */
  schemesOf(head: Uint8Array): readonly string[] {
    return recognizeSchemes(head, this.#provider, this.#readers)
  }

  /** Whether the fields of a record have one wrapped key, which is stored beside them. */
  get recordsHaveKey(): boolean {
    return isRecordProvider(this.#provider)
  }

  /** The same without waiting, where the scheme keeps keys in memory. */
  get sync(): SyncCipher {
    this.#sync ??= new SyncCipher({ ...this.#parts(), texts: this.#texts })
    return this.#sync
  }

  /** Encrypts text to a token. */
  async encrypt(plaintext: string, context: EncryptionContext, options?: CallOptions): Promise<Token> {
    const ready = options?.signal?.aborted ? undefined : this.#texts?.encrypt(plaintext, context)
    if (ready !== undefined) return ready
    const ciphertext = await this.encryptBytes(encodeText(plaintext), context, options)
    return formatToken(this.scheme, ciphertext)
  }

  /** Decrypts a token to text. */
  async decrypt(token: Token, context: EncryptionContext, options?: CallOptions): Promise<string> {
    const ready = options?.signal?.aborted ? undefined : this.#texts?.decrypt(token, context)
    return ready ?? decodeText(await this.decryptToken(token, context, options))
  }

  /** Decrypts a token to bytes: for values that were not text. */
  async decryptToken(token: Token, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    const { scheme, ciphertext } = parseToken(token)
    return this.decryptBytes(ciphertext, context, { ...options, scheme })
  }

  /**
   * Encrypts many texts, a few at a time. An item that fails does not stop the others.
   *
   * @returns what came of each, in the order of the items
   */
  async encryptMany(
    items: readonly { readonly plaintext: string; readonly context: EncryptionContext }[],
    options?: ManyOptions,
  ): Promise<Outcome<Token>[]> {
    return settleMany(items, ({ plaintext, context }, call) => this.encrypt(plaintext, context, call), options)
  }

  /** The inverse: texts that decrypt, and errors in the places of those that do not. */
  async decryptMany(
    items: readonly { readonly token: Token; readonly context: EncryptionContext }[],
    options?: ManyOptions,
  ): Promise<Outcome<string>[]> {
    return settleMany(items, ({ token, context }, call) => this.decrypt(token, context, call), options)
  }

  /** Encrypts bytes to the scheme's own format, such as an OpenPGP message that a partner's gpg reads. */
  async encryptBytes(plaintext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    requireBytes('Plaintext', plaintext)
    return guard(() => this.#provider.encrypt(plaintext, this.#bind(this.#provider, context), options))
  }

  async decryptBytes(
    ciphertext: Uint8Array,
    context: EncryptionContext,
    { scheme = this.scheme, ...options }: DecryptBytesOptions = {},
  ): Promise<Uint8Array> {
    requireBytes('Ciphertext', ciphertext)
    const reader = this.#reader(scheme)
    return guardDecryption(() => reader.decrypt(ciphertext, this.#bind(reader, context), options))
  }

  /** Encrypts the fields of a record, under one data key where the scheme has such, each bound to its name. */
  async encryptRecord(
    fields: Readonly<Record<string, string>>,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<EncryptedRecord> {
    const ready = options?.signal?.aborted ? undefined : this.#texts?.encryptRecord(fields, context)
    return ready ?? this.#records.encrypt(fields, context, options)
  }

  /** Decrypts the fields that are there; it takes fewer than were encrypted together. */
  async decryptRecord(
    record: EncryptedRecord,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<Record<string, string>> {
    const ready = options?.signal?.aborted ? undefined : this.#texts?.decryptRecord(record, context)
    return ready ?? this.#records.decrypt(record, context, options)
  }

  /**
   * Encrypts data of any length in constant memory, where the scheme can; else collects it first, up to the scheme's
   * limit. The bytes are in the scheme's own format.
   */
  encryptStream(
    plaintext: AsyncIterable<Uint8Array>,
    context: EncryptionContext,
    options?: StreamOptions,
  ): AsyncIterable<Uint8Array> {
    const provider = this.#provider
    if (isStreamProvider(provider)) {
      const bound = this.#bind(provider, context)
      return guardStream(plaintext, (source) => provider.encryptStream(source, bound, options), schemeFailed)
    }
    const { maxPlaintextBytes } = provider.traits
    const chunks = untilAborted(plaintext, options?.signal)
    return collect(chunks, maxPlaintextBytes, (bytes) => this.encryptBytes(bytes, context, options))
  }

  decryptStream(
    ciphertext: AsyncIterable<Uint8Array>,
    context: EncryptionContext,
    { scheme = this.scheme, ...options }: DecryptStreamOptions = {},
  ): AsyncIterable<Uint8Array> {
    const reader = this.#reader(scheme)
    if (isStreamProvider(reader)) {
      const bound = this.#bind(reader, context)
      return guardStream(ciphertext, (source) => reader.decryptStream(source, bound, options), decryptionFailed)
    }
    const limit = 2 * reader.traits.maxPlaintextBytes + 65_536
    const chunks = untilAborted(ciphertext, options.signal)
    return collect(chunks, limit, (bytes) => this.decryptBytes(bytes, context, { ...options, scheme }))
  }

  /**
   * As `decryptStream`, for whoever keeps all of it himself, as `decryptFile` does in a partial file, and discards it
   * unless the iteration ends without an error: before that, it may be forged. A chunk is valid until the next one is
   * asked for. OpenPGP says only at its end whether a message is genuine: `decryptStream` has to keep all of it till then.
   */
  decryptUnverified(
    ciphertext: AsyncIterable<Uint8Array>,
    context: EncryptionContext,
    { scheme = this.scheme, ...options }: DecryptBytesOptions = {},
  ): AsyncIterable<Uint8Array> {
    const reader = this.#reader(scheme)
    if (!isWithholdingProvider(reader))
      return this.decryptStream(ciphertext, context, { scheme, ...options, reuseMemory: true })
    const bound = this.#bind(reader, context)
    return guardStream(ciphertext, (source) => reader.decryptUnverified(source, bound, options), decryptionFailed)
  }

  /**
   * Opens a stream to decrypt any part of it without the rest:
   *
   *     await using file = await InputFile.open('archive.enc')
   *     using archive = await cipher.openSeekable(file, context)
   *     await archive.read(1_000_000, 4096)
   *
   * @throws CryptoError UNSUPPORTED if the scheme cannot
   */
  async openSeekable(
    ciphertext: RandomAccess,
    context: EncryptionContext,
    { scheme = this.scheme, ...options }: DecryptBytesOptions = {},
  ): Promise<RandomAccess & Disposable> {
    const reader = this.#reader(scheme)
    if (!isSeekableProvider(reader)) {
      throw new CryptoError('UNSUPPORTED', `Scheme "${scheme}" cannot decrypt a part of a stream: decrypt all of it`)
    }
    return reader.openSeekable(ciphertext, this.#bind(reader, context), options)
  }

  /** Renews the wrapped key of a stream as `rewrap` does that of a token; the data passes by untouched and unchecked. */
  rewrapStream(
    ciphertext: AsyncIterable<Uint8Array>,
    context: EncryptionContext,
    { scheme = this.scheme, ...options }: DecryptBytesOptions = {},
  ): AsyncIterable<Uint8Array> {
    const reader = this.#reader(scheme)
    if (!isStreamRewrapProvider(reader)) throw noWrappedKey(scheme)
    const bound = this.#bind(reader, context)
    return guardStream(ciphertext, (source) => reader.rewrapStream(source, bound, options), decryptionFailed)
  }

  /**
   * Renews a token under the KMS key's newest version: its wrapped key, where it has one, and then the data is not touched;
   * else all of it, where the KMS can.
   */
  async rewrap(token: Token, context: EncryptionContext, options?: CallOptions): Promise<Token> {
    const { scheme, ciphertext } = parseToken(token)
    const reader = this.#reader(scheme)
    if (!isRewrapProvider(reader)) throw noWrappedKey(scheme)
    const renewed = await guardDecryption(() => reader.rewrap(ciphertext, this.#bind(reader, context), options))
    return formatToken(scheme, renewed)
  }

  #reader(scheme: string): CryptoProvider {
    const reader = this.#readers.get(scheme)
    if (reader) return reader
    const allowed = [...this.#readers.keys()].join(', ')
    throw new CryptoError(
      'SCHEME_NOT_ALLOWED',
      `Use case "${this.useCase}" reads ${allowed}, not "${scheme}": name that scheme in its "reads" to allow it`,
    )
  }

  #parts(): RecordCipherOptions {
    return {
      provider: this.#provider,
      reader: (scheme) => this.#reader(scheme),
      bind: (provider, context) => this.#bind(provider, context),
    }
  }

  #bind(provider: CryptoProvider, context: EncryptionContext): EncryptionContext {
    refuseReservedKeys(context)
    return provider.traits.bindsContext ? { ...context, [PURPOSE_KEY]: this.#purpose } : context
  }
}

function requireBytes(what: string, bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) throw new CryptoError('INVALID_INPUT', `${what} is not a Uint8Array`)
}

function noWrappedKey(scheme: string): CryptoError {
  return new CryptoError('UNSUPPORTED', `Scheme "${scheme}" has no wrapped key to renew: decrypt and encrypt again`)
}
