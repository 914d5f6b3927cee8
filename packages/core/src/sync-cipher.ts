import type { EncryptionContext } from './context.js'
import { CryptoError, decryptionFailed } from './errors.js'
import { fromTokens, toTokens } from './field-tokens.js'
import { schemeFailed } from './guard.js'
import {
  type CryptoProvider,
  isSyncProvider,
  isSyncRecordProvider,
  type SyncProvider,
  type SyncRecordProvider,
} from './provider.js'
import type { EncryptedRecord } from './record.js'
import type { RecordCipherOptions } from './record-cipher.js'
import { decodeText, encodeText } from './text.js'
import type { TextPath } from './text-path.js'
import { formatToken, parseToken, type Token } from './token.js'

export interface SyncCipherOptions extends RecordCipherOptions {
  readonly texts: TextPath | undefined
}

/**
 * What a `Cipher` does, without waiting: for hooks and getters that cannot. It needs a scheme that keeps data keys in
 * memory, and a key that is there; `await cipher.encrypt` or `cipher.decrypt` of one value brings it there.
 *
 * @throws CryptoError UNSUPPORTED if the scheme always asks its KMS, and NOT_READY if it would have to now
 */
export class SyncCipher {
  readonly #options: SyncCipherOptions

  constructor(options: SyncCipherOptions) {
    this.#options = options
  }

  encrypt(plaintext: string, context: EncryptionContext): Token {
    const { provider, texts } = this.#options
    const ready = texts?.encrypt(plaintext, context)
    if (ready !== undefined) return ready
    return formatToken(provider.scheme, this.encryptBytes(encodeText(plaintext), context))
  }

  decrypt(token: Token, context: EncryptionContext): string {
    const ready = this.#options.texts?.decrypt(token, context)
    if (ready !== undefined) return ready
    const { scheme, ciphertext } = parseToken(token)
    return decodeText(this.#decrypt(this.#options.reader(scheme), ciphertext, context))
  }

  encryptBytes(plaintext: Uint8Array, context: EncryptionContext): Uint8Array {
    const provider = requireSync(this.#options.provider)
    return ready(guard(() => provider.tryEncrypt(plaintext, this.#options.bind(provider, context)), schemeFailed))
  }

  decryptBytes(ciphertext: Uint8Array, context: EncryptionContext): Uint8Array {
    return this.#decrypt(this.#options.provider, ciphertext, context)
  }

  encryptRecord(fields: Readonly<Record<string, string>>, context: EncryptionContext): EncryptedRecord {
    const { provider, bind, texts } = this.#options
    const short = texts?.encryptRecord(fields, context)
    if (short) return short
    const plaintexts = new Map(Object.entries(fields).map(([name, text]) => [name, encodeText(text)]))
    const records = requireSyncRecords(provider)
    const sealed = ready(guard(() => records.tryEncryptRecord(plaintexts, bind(records, context)), schemeFailed))
    return { fields: toTokens(provider.scheme, sealed.fields), key: formatToken(provider.scheme, sealed.key) }
  }

  /**
   * As `encryptRecord`, for who can also wait: undefined where `Cipher` has to, or goes a longer way to the same, or would
   * say why it cannot.
   */
  tryEncryptRecord(fields: Readonly<Record<string, string>>, context: EncryptionContext): EncryptedRecord | undefined {
    return this.#options.texts?.encryptRecord(fields, context)
  }

  /** The same for `decryptRecord`. */
  tryDecryptRecord(record: EncryptedRecord, context: EncryptionContext): Record<string, string> | undefined {
    return this.#options.texts?.decryptRecord(record, context)
  }

  /** Decrypts the fields that are there. */
  decryptRecord(record: EncryptedRecord, context: EncryptionContext): Record<string, string> {
    const { reader, bind, texts } = this.#options
    const short = texts?.decryptRecord(record, context)
    if (short) return short
    if (record.key === undefined) throw new CryptoError('INVALID_INPUT', 'A record without a key: decrypt its fields')
    const { scheme, ciphertext: key } = parseToken(record.key)
    const sealed = { key, fields: fromTokens(scheme, new Map(Object.entries(record.fields))) }
    const records = requireSyncRecords(reader(scheme))
    const opened = ready(guard(() => records.tryDecryptRecord(sealed, bind(records, context)), decryptionFailed))
    return Object.fromEntries([...opened].map(([name, bytes]) => [name, decodeText(bytes)]))
  }

  #decrypt(reader: CryptoProvider, ciphertext: Uint8Array, context: EncryptionContext): Uint8Array {
    const provider = requireSync(reader)
    return ready(guard(() => provider.tryDecrypt(ciphertext, this.#options.bind(provider, context)), decryptionFailed))
  }
}

function requireSync(provider: CryptoProvider): SyncProvider {
  if (isSyncProvider(provider)) return provider
  throw cannot(provider, 'encrypt or decrypt')
}

function requireSyncRecords(provider: CryptoProvider): SyncRecordProvider {
  if (isSyncRecordProvider(provider)) return provider
  throw cannot(provider, 'encrypt or decrypt records')
}

function cannot({ scheme }: CryptoProvider, what: string): CryptoError {
  return new CryptoError('UNSUPPORTED', `Scheme "${scheme}" cannot ${what} without waiting`)
}

function ready<Result>(result: Result | undefined): Result {
  if (result !== undefined) return result
  throw new CryptoError('NOT_READY', 'No data key for this is in memory: encrypt or decrypt asynchronously first')
}

function guard<T>(work: () => T, wrap: (cause: unknown) => CryptoError): T {
  try {
    return work()
  } catch (cause) {
    throw CryptoError.is(cause) ? cause : wrap(cause)
  }
}
