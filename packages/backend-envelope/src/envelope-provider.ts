import {
  type CallOptions,
  CryptoError,
  decryptionFailed,
  type EncryptionContext,
  encodeContext,
  type Observable,
  type ProviderTraits,
  type RandomAccess,
  type RecordProvider,
  type SealedRecord,
  type SeekableProvider,
  type StreamOptions,
  type StreamRewrapProvider,
  type SyncRecordProvider,
  type TextCodec,
  type TextProvider,
  throwIfAborted,
} from '@parasol/core'
import { ArenaTextCodec } from './arena-text-codec.js'
import { createDataKeys } from './create-data-keys.js'
import { partitionKeyOf } from './data-key-policy.js'
import type { DataKeyLease, DataKeyRequest, DataKeySource, DataKeyStats } from './data-key-source.js'
import { open, seal, type ToOpen, type ToSeal, tryOpen, trySeal } from './data-key-work.js'
import { readableSuites, type SuiteChoice, suiteChoice } from './default-suite.js'
import type { EnvelopeOptions } from './envelope-options.js'
import { FIELD_OVERHEAD, fieldAad } from './field.js'
import { encodeGreenKey } from './green-key.js'
import { joinBytes } from './join-bytes.js'
import { KmsContexts } from './kms-contexts.js'
import { fieldOf, type ParsedGreenKey, parseGreenKey } from './parsed-green-key.js'
import { createRecord, type NewRecord, openRecord } from './record.js'
import { openFields, openValue, sealRecord, sealValue } from './record-codec.js'
import type { RecoveryKey } from './recovery-key.js'
import { SeekableStream } from './seekable-stream.js'
import { type OpenedRecord, type OpenStreamOptions, openStream, rewrapStream, sealStream } from './stream.js'
import { DEFAULT_SEGMENT_BYTES, encodeHeader } from './stream-header.js'
import type { RecordKey, Suite } from './suite.js'
import { beginsEnvelope, suiteNames } from './suites.js'

const MAX_PLAINTEXT_BYTES = 64 * 1024 * 1024
/** More than any policy allows a data key that is shared. */
const UNKNOWN_LENGTH = Number.POSITIVE_INFINITY

/**
 * Scheme two: the KMS hands out data keys; their plaintext encrypts here and is destroyed at once, or kept within the
 * limits of `dataKeys`; their wrapped form stands in the green key beside the ciphertext. `docs/format.md` draws every
 * byte. Disposal zeroes the keys in memory; what is asked afterwards is refused with CLOSED.
 */
export class EnvelopeProvider
  implements
    RecordProvider,
    SeekableProvider,
    StreamRewrapProvider,
    SyncRecordProvider,
    TextProvider,
    Observable,
    Disposable
{
  readonly scheme: string
  readonly traits: ProviderTraits = {
    maxPlaintextBytes: MAX_PLAINTEXT_BYTES,
    bindsContext: true,
    plaintextLeavesProcess: false,
    begins: beginsEnvelope,
  }
  readonly texts: TextCodec
  readonly #options: EnvelopeOptions
  readonly #suiteFor: SuiteChoice
  readonly #readable: ReadonlyMap<number, Suite>
  readonly #dataKeys: DataKeySource
  readonly #partitionKey: string | undefined
  readonly #kmsContexts = new KmsContexts()
  readonly #streamHeader: Uint8Array

  /** @throws CryptoError INVALID_CONFIG for a suite that there is not, a key id that is too long, or a limit out of range */
  constructor(options: EnvelopeOptions) {
    const { suite, readSuites = suiteNames, scheme = 'envelope' } = options
    const { dataKeys = 'per-record', segmentBytes = DEFAULT_SEGMENT_BYTES } = options
    this.#options = options
    this.scheme = scheme
    this.#suiteFor = suiteChoice(suite)
    this.#readable = readableSuites(this.#suiteFor, readSuites)
    this.#dataKeys = createDataKeys(dataKeys, options)
    this.#partitionKey = partitionKeyOf(dataKeys)
    this.#streamHeader = encodeHeader(segmentBytes)
    this.texts = new ArenaTextCodec({
      suiteFor: this.#suiteFor,
      readable: this.#readable,
      dataKeys: this.#dataKeys,
      kmsContexts: this.#kmsContexts,
      partitionKey: this.#partitionKey,
    })
  }

  async encrypt(plaintext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    return seal(this.#dataKeys, this.#toSeal(plaintext, context, options), options)
  }

  tryEncrypt(plaintext: Uint8Array, context: EncryptionContext): Uint8Array | undefined {
    return trySeal(this.#dataKeys, this.#toSeal(plaintext, context))
  }

  async decrypt(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    return open(this.#dataKeys, this.#toOpen(ciphertext, context, options), options)
  }

  tryDecrypt(ciphertext: Uint8Array, context: EncryptionContext): Uint8Array | undefined {
    return tryOpen(this.#dataKeys, this.#toOpen(ciphertext, context))
  }

  /** @throws CryptoError INVALID_INPUT for a record without fields, or a field name that is not well-formed */
  async encryptRecord(fields: Fields, context: EncryptionContext, options?: CallOptions): Promise<SealedRecord> {
    return seal(this.#dataKeys, this.#toSealRecord(fields, context, options), options)
  }

  tryEncryptRecord(fields: Fields, context: EncryptionContext): SealedRecord | undefined {
    return trySeal(this.#dataKeys, this.#toSealRecord(fields, context))
  }

  async decryptRecord(record: SealedRecord, context: EncryptionContext, options?: CallOptions): Promise<Fields> {
    return open(this.#dataKeys, this.#toOpenRecord(record, context, options), options)
  }

  tryDecryptRecord(record: SealedRecord, context: EncryptionContext): Fields | undefined {
    return tryOpen(this.#dataKeys, this.#toOpenRecord(record, context))
  }

  /**
   * Wraps the data key of a ciphertext, or of a record's green key, again: under the newest version of the KMS key. What
   * follows the green key is neither touched nor checked.
   */
  async rewrap(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    throwIfAborted(options?.signal)
    const encodedContext = encodeContext(context)
    const { greenKey, suite } = parseGreenKey(ciphertext, this.#readable)
    const kmsContext = this.#kmsContexts.of(context)
    using dataKey = await this.#dataKeys.forDecryption(greenKey.wrappedKeys, kmsContext, options)
    openRecord(suite, greenKey, dataKey, encodedContext)[Symbol.dispose]()
    const list = await this.#dataKeys.rewrap(dataKey, greenKey.wrappedKeys, kmsContext, options)
    const renewed = encodeGreenKey(suite.id, greenKey.salt, greenKey.commitment, list)
    return joinBytes(renewed, ciphertext.subarray(greenKey.length))
  }

  /** A stream's length is not known, so under every policy it has a data key of its own. */
  encryptStream(
    plaintext: AsyncIterable<Uint8Array>,
    context: EncryptionContext,
    options?: StreamOptions,
  ): AsyncIterable<Uint8Array> {
    const kept = keepContext(context)
    return sealStream(plaintext, {
      ...options,
      suite: this.#suiteFor(UNKNOWN_LENGTH),
      header: this.#streamHeader,
      newRecord: () => this.#newRecord(UNKNOWN_LENGTH, kept, options),
    })
  }

  decryptStream(
    ciphertext: AsyncIterable<Uint8Array>,
    context: EncryptionContext,
    options?: StreamOptions,
  ): AsyncIterable<Uint8Array> {
    return openStream(ciphertext, this.#openOptions(context, options))
  }

  async openSeekable(
    ciphertext: RandomAccess,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<RandomAccess & Disposable> {
    return SeekableStream.open(ciphertext, this.#openOptions(context, options))
  }

  rewrapStream(
    ciphertext: AsyncIterable<Uint8Array>,
    context: EncryptionContext,
    options?: CallOptions,
  ): AsyncIterable<Uint8Array> {
    const kept = keepContext(context)
    return rewrapStream(ciphertext, (greenKey) => this.rewrap(greenKey, kept, options), options?.signal)
  }

  #openOptions(context: EncryptionContext, options?: StreamOptions): OpenStreamOptions {
    const kept = keepContext(context)
    return {
      ...options,
      openRecord: (encodedGreenKey) => this.#openStreamRecord(encodedGreenKey, kept, options),
    }
  }

  async #openStreamRecord(
    encodedGreenKey: Uint8Array,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<OpenedRecord> {
    const parsed = parseGreenKey(encodedGreenKey, this.#readable)
    return { suite: parsed.suite, recordKey: await this.#openRecord(parsed, context, options) }
  }

  /**
   * This scheme for the day after its KMS was lost: data keys are opened by a recovery key, and `rewrap` wraps them for the
   * KMS and the recipients that this scheme has now. It encrypts nothing.
   */
  openedBy(recoveryKey: RecoveryKey): EnvelopeProvider {
    return new EnvelopeProvider({ ...this.#options, recoveryKey })
  }

  /** KMS calls, and the data keys that are in memory. */
  stats(): DataKeyStats {
    return this.#dataKeys.stats()
  }

  [Symbol.dispose](): void {
    this.#dataKeys[Symbol.dispose]()
  }

  // What can be refused is refused before the KMS is asked, and a caller may change the context meanwhile.

  #toSeal(plaintext: Uint8Array, context: EncryptionContext, options?: CallOptions): ToSeal<Uint8Array> {
    requireSize(plaintext.length)
    throwIfAborted(options?.signal)
    const encodedContext = encodeContext(context)
    const suite = this.#suiteFor(plaintext.length)
    const work = (dataKey: DataKeyLease) => sealValue(suite, dataKey, plaintext, encodedContext)
    return { request: this.#request(plaintext.length, context), work }
  }

  #toSealRecord(fields: Fields, context: EncryptionContext, options?: CallOptions): ToSeal<SealedRecord> {
    if (fields.size === 0) throw new CryptoError('INVALID_INPUT', 'A record has at least one field')
    const named = [...fields].map(([name, plaintext]) => ({ name, plaintext, aad: fieldAad(name) }))
    const bytes = named.reduce((total, { plaintext }) => total + plaintext.length, 0)
    requireSize(bytes)
    throwIfAborted(options?.signal)
    const encodedContext = encodeContext(context)
    const suite = this.#suiteFor(named.reduce((most, { plaintext }) => Math.max(most, plaintext.length), 0))
    const work = (dataKey: DataKeyLease) => sealRecord(suite, dataKey, named, encodedContext)
    return { request: this.#request(bytes, context), work }
  }

  #toOpen(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): ToOpen<Uint8Array> {
    const parsed = parseGreenKey(ciphertext, this.#readable)
    const field = fieldOf(ciphertext, parsed)
    throwIfAborted(options?.signal)
    const encodedContext = encodeContext(context)
    const work = (dataKey: DataKeyLease) => openValue(parsed, dataKey, field, encodedContext)
    return { list: parsed.greenKey.wrappedKeys, kmsContext: this.#kmsContexts.of(context), work }
  }

  #toOpenRecord({ key, fields }: SealedRecord, context: EncryptionContext, options?: CallOptions): ToOpen<Fields> {
    const parsed = parseGreenKey(key, this.#readable)
    const tooShort = [...fields.values()].some((field) => field.length < FIELD_OVERHEAD)
    if (tooShort || parsed.greenKey.length !== key.length) throw decryptionFailed()
    throwIfAborted(options?.signal)
    const encodedContext = encodeContext(context)
    const named = [...fields].map(([name, field]) => [name, field, fieldAad(name)] as const)
    const work = (dataKey: DataKeyLease) => openFields(parsed, dataKey, named, encodedContext)
    return { list: parsed.greenKey.wrappedKeys, kmsContext: this.#kmsContexts.of(context), work }
  }

  #request(bytes: number, context: EncryptionContext): DataKeyRequest {
    const key = this.#partitionKey
    const partition = key !== undefined && Object.hasOwn(context, key) ? context[key] : undefined
    return { kmsContext: this.#kmsContexts.of(context), bytes, partition }
  }

  /** The context is encoded before the KMS is asked: it is refused first, and a caller may change it meanwhile. */
  async #newRecord(bytes: number, context: EncryptionContext, options?: CallOptions): Promise<NewRecord> {
    throwIfAborted(options?.signal)
    const encodedContext = encodeContext(context)
    using dataKey = await this.#dataKeys.forEncryption(this.#request(bytes, context), options)
    return createRecord(this.#suiteFor(bytes), dataKey, encodedContext)
  }

  async #openRecord(
    { greenKey, suite }: ParsedGreenKey,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<RecordKey> {
    throwIfAborted(options?.signal)
    const encodedContext = encodeContext(context)
    using dataKey = await this.#dataKeys.forDecryption(greenKey.wrappedKeys, this.#kmsContexts.of(context), options)
    return openRecord(suite, greenKey, dataKey, encodedContext)
  }
}

type Fields = ReadonlyMap<string, Uint8Array>

/** A stream is read later than it is asked for: the context is refused first, and a caller may change it meanwhile. */
function keepContext(context: EncryptionContext): EncryptionContext {
  encodeContext(context)
  return { ...context }
}

function requireSize(bytes: number): void {
  if (bytes <= MAX_PLAINTEXT_BYTES) return
  throw new CryptoError('PLAINTEXT_TOO_LARGE', `Plaintext of ${bytes} bytes: at most ${MAX_PLAINTEXT_BYTES} at once`)
}
