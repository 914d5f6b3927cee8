import { type EncryptionContext, FIELD_KEY } from './context.js'
import { CryptoError, decryptionFailed } from './errors.js'
import { fromTokens, toTokens } from './field-tokens.js'
import { guard, guardDecryption } from './guard.js'
import { type CallOptions, type CryptoProvider, isRecordProvider, type SealedRecord } from './provider.js'
import type { EncryptedRecord } from './record.js'
import { decodeText, encodeText } from './text.js'
import { formatToken, parseToken, type Token } from './token.js'

export interface RecordCipherOptions {
  readonly provider: CryptoProvider
  /** The provider of a scheme that the use case reads. */
  readonly reader: (scheme: string) => CryptoProvider
  /** Binds the purpose. */
  readonly bind: (provider: CryptoProvider, context: EncryptionContext) => EncryptionContext
}

/** Records of a use case: under one data key where the scheme has such, else a ciphertext for each field. */
export class RecordCipher {
  readonly #options: RecordCipherOptions

  constructor(options: RecordCipherOptions) {
    this.#options = options
  }

  async encrypt(
    fields: Readonly<Record<string, string>>,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<EncryptedRecord> {
    const { provider, bind } = this.#options
    const plaintexts = new Map(Object.entries(fields).map(([name, text]) => [name, encodeText(text)]))
    if (!isRecordProvider(provider)) {
      const encryptField = async (name: string, plaintext: Uint8Array): Promise<Uint8Array> =>
        guard(() => provider.encrypt(plaintext, this.#bindField(provider, context, name), options))
      return { fields: toTokens(provider.scheme, await mapValues(plaintexts, encryptField)) }
    }
    const record = await guard(() => provider.encryptRecord(plaintexts, bind(provider, context), options))
    return { fields: toTokens(provider.scheme, record.fields), key: formatToken(provider.scheme, record.key) }
  }

  async decrypt(
    record: EncryptedRecord,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<Record<string, string>> {
    const fields = new Map(Object.entries(record.fields))
    const plaintexts =
      record.key === undefined
        ? await mapValues(fields, (name, token) => this.#decryptField(name, token, context, options))
        : await this.#decryptSealed(record.key, fields, context, options)
    return Object.fromEntries([...plaintexts].map(([name, bytes]) => [name, decodeText(bytes)]))
  }

  async #decryptField(
    name: string,
    token: Token,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    const { scheme, ciphertext } = parseToken(token)
    const reader = this.#options.reader(scheme)
    return guardDecryption(() => reader.decrypt(ciphertext, this.#bindField(reader, context, name), options))
  }

  async #decryptSealed(
    keyToken: Token,
    fields: ReadonlyMap<string, Token>,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    const { scheme, ciphertext: key } = parseToken(keyToken)
    const reader = this.#options.reader(scheme)
    const record: SealedRecord = { key, fields: fromTokens(scheme, fields) }
    if (!isRecordProvider(reader)) throw decryptionFailed()
    return guardDecryption(() => reader.decryptRecord(record, this.#options.bind(reader, context), options))
  }

  #bindField(provider: CryptoProvider, context: EncryptionContext, name: string): EncryptionContext {
    if (!provider.traits.bindsContext) {
      throw new CryptoError('UNSUPPORTED', `Scheme "${provider.scheme}" cannot bind a field to its name`)
    }
    return { ...this.#options.bind(provider, context), [FIELD_KEY]: name }
  }
}

async function mapValues<From, To>(
  map: ReadonlyMap<string, From>,
  change: (name: string, value: From) => Promise<To>,
): Promise<ReadonlyMap<string, To>> {
  const entries = [...map].map(async ([name, value]) => [name, await change(name, value)] as const)
  return new Map(await Promise.all(entries))
}
