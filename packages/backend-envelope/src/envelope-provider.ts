import { timingSafeEqual } from 'node:crypto'
import {
  type CallOptions,
  CryptoError,
  decryptionFailed,
  type EncryptionContext,
  encodeContext,
  type Kms,
  type ProviderTraits,
  PURPOSE_KEY,
  type RecordProvider,
  type RewrapProvider,
  type SealedRecord,
  throwIfAborted,
} from '@parasol/core'
import { type DataKeyLease, type DataKeySource, PerRecordDataKeys } from './data-key-source.js'
import { fieldAad, openField, SINGLE_VALUE, sealField } from './field.js'
import { decodeGreenKey, encodeGreenKey, type GreenKey } from './green-key.js'
import { fillRandom } from './random-pool.js'
import { type RecordKey, SALT_BYTES, type Suite } from './suite.js'
import { suiteByName, suiteNames } from './suites.js'

export interface EnvelopeOptions {
  readonly kms: Kms
  /** The KMS key that wraps data keys: an id, an alias or whatever else the KMS takes. */
  readonly keyId: string
  /** The suite that encrypts; `aes-256-gcm` by default. */
  readonly suite?: string
  /** The suites that are read; all by default. */
  readonly readSuites?: readonly string[]
  /** `envelope` by default. */
  readonly scheme?: string
}

const MAX_PLAINTEXT_BYTES = 64 * 1024 * 1024

/**
 * Scheme two: the KMS hands out a data key for each record; its plaintext encrypts here and is destroyed at once, its
 * wrapped form stands in the green key beside the ciphertext. `docs/format.md` draws every byte.
 */
export class EnvelopeProvider implements RecordProvider, RewrapProvider {
  readonly scheme: string
  readonly traits: ProviderTraits = {
    maxPlaintextBytes: MAX_PLAINTEXT_BYTES,
    bindsContext: true,
    plaintextLeavesProcess: false,
  }
  readonly #suite: Suite
  readonly #readable: ReadonlyMap<number, Suite>
  readonly #dataKeys: DataKeySource

  /** @throws CryptoError INVALID_CONFIG for a suite that there is not */
  constructor({ kms, keyId, suite = 'aes-256-gcm', readSuites = suiteNames, scheme = 'envelope' }: EnvelopeOptions) {
    this.scheme = scheme
    this.#suite = suiteByName(suite)
    this.#readable = new Map([...readSuites, suite].map(suiteByName).map((each) => [each.id, each]))
    this.#dataKeys = new PerRecordDataKeys({ kms, keyId })
  }

  async encrypt(plaintext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    requireSize(plaintext.length)
    using dataKey = await this.#encryptionKey(context, plaintext.length, options)
    const { greenKey, recordKey } = this.#newRecord(dataKey, context)
    using key = recordKey
    return concat(greenKey, sealField(this.#suite, key.key, plaintext, SINGLE_VALUE))
  }

  async decrypt(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    const { greenKey, suite } = this.#parse(ciphertext, context, options)
    using dataKey = await this.#dataKeys.forDecryption(greenKey.wrappedKeys, kmsContext(context), options)
    using key = openRecord(suite, greenKey, dataKey, context)
    return openField(suite, key.key, ciphertext.subarray(greenKey.length), SINGLE_VALUE)
  }

  /** @throws CryptoError INVALID_INPUT for a record without fields, or a field name that is not well-formed */
  async encryptRecord(
    fields: ReadonlyMap<string, Uint8Array>,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<SealedRecord> {
    if (fields.size === 0) throw new CryptoError('INVALID_INPUT', 'A record has at least one field')
    const names = [...fields.keys()]
    if (!names.every((name) => name.isWellFormed())) {
      throw new CryptoError('INVALID_INPUT', 'The name of a field is not well-formed Unicode')
    }
    const bytes = [...fields.values()].reduce((total, { length }) => total + length, 0)
    requireSize(bytes)
    using dataKey = await this.#encryptionKey(context, bytes, options)
    const { greenKey, recordKey } = this.#newRecord(dataKey, context)
    using key = recordKey
    const seal = ([name, plaintext]: [string, Uint8Array]): [string, Uint8Array] => [
      name,
      sealField(this.#suite, key.key, plaintext, fieldAad(name)),
    ]
    return { key: greenKey, fields: new Map([...fields].map(seal)) }
  }

  async decryptRecord(
    { key: sealedKey, fields }: SealedRecord,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    const { greenKey, suite } = this.#parse(sealedKey, context, options)
    if (greenKey.length !== sealedKey.length) throw decryptionFailed()
    using dataKey = await this.#dataKeys.forDecryption(greenKey.wrappedKeys, kmsContext(context), options)
    using key = openRecord(suite, greenKey, dataKey, context)
    const open = ([name, field]: [string, Uint8Array]): [string, Uint8Array] => [
      name,
      openField(suite, key.key, field, fieldAad(name)),
    ]
    return new Map([...fields].map(open))
  }

  /**
   * Wraps the data key of a ciphertext, or of a record's green key, again: under the newest version of the KMS key. What
   * follows the green key is not touched.
   */
  async rewrap(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    const { greenKey, suite } = this.#parse(ciphertext, context, options)
    using dataKey = await this.#dataKeys.rewrap(greenKey.wrappedKeys, kmsContext(context), options)
    using _key = openRecord(suite, greenKey, dataKey, context)
    const renewed = encodeGreenKey(suite.id, greenKey.salt, greenKey.commitment, dataKey.encodedList)
    return concat(renewed, ciphertext.subarray(greenKey.length))
  }

  async #encryptionKey(context: EncryptionContext, bytes: number, options?: CallOptions): Promise<DataKeyLease> {
    throwIfAborted(options?.signal)
    encodeContext(context)
    return this.#dataKeys.forEncryption({ kmsContext: kmsContext(context), bytes }, options)
  }

  #newRecord(dataKey: DataKeyLease, context: EncryptionContext): { greenKey: Uint8Array; recordKey: RecordKey } {
    const salt = new Uint8Array(SALT_BYTES)
    fillRandom(salt)
    const recordKey = this.#suite.deriveRecordKey(dataKey.plaintext, salt, context)
    return { greenKey: encodeGreenKey(this.#suite.id, salt, recordKey.commitment, dataKey.encodedList), recordKey }
  }

  #parse(
    bytes: Uint8Array,
    context: EncryptionContext,
    options: CallOptions | undefined,
  ): { greenKey: GreenKey; suite: Suite } {
    throwIfAborted(options?.signal)
    encodeContext(context)
    const greenKey = decodeGreenKey(bytes)
    const suite = greenKey && this.#readable.get(greenKey.suite)
    if (!greenKey || !suite) throw decryptionFailed()
    return { greenKey, suite }
  }
}

/** The key of a record, if its green key commits to this data key and context. */
function openRecord(suite: Suite, greenKey: GreenKey, dataKey: DataKeyLease, context: EncryptionContext): RecordKey {
  const key = suite.deriveRecordKey(dataKey.plaintext, greenKey.salt, context)
  if (timingSafeEqual(key.commitment, greenKey.commitment)) return key
  key[Symbol.dispose]()
  throw decryptionFailed()
}

function kmsContext(context: EncryptionContext): EncryptionContext {
  const purpose = Object.hasOwn(context, PURPOSE_KEY) ? context[PURPOSE_KEY] : undefined
  return purpose === undefined ? {} : { purpose }
}

function requireSize(bytes: number): void {
  if (bytes <= MAX_PLAINTEXT_BYTES) return
  throw new CryptoError('PLAINTEXT_TOO_LARGE', `Plaintext of ${bytes} bytes: at most ${MAX_PLAINTEXT_BYTES} at once`)
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}
