import { type CallOptions, CryptoError, type KeyAdministration, type KeyFacts, type NewKey } from '@parasol/core'
import { readField, readImportParameters } from './answer-fields.js'
import { KeyReader } from './key-reader.js'
import type { ServiceCalls } from './service-calls.js'
import type { Parameters } from './transport.js'
import { wrapMaterial } from './wrap-material.js'

/** The keys of a service, by the operations that Alibaba Cloud KMS has for them. */
export class AliyunKeyAdministration implements KeyAdministration {
  readonly #calls: ServiceCalls
  readonly #reader: KeyReader

  constructor(calls: ServiceCalls) {
    this.#calls = calls
    this.#reader = new KeyReader(calls)
  }

  list(options?: CallOptions): Promise<readonly KeyFacts[]> {
    return this.#reader.list(options)
  }

  describe(key: string, options?: CallOptions): Promise<KeyFacts> {
    return this.#reader.describe(key, options)
  }

  /** A key of which something failed after it was made stays, and the error names it. */
  async create(details: NewKey, options?: CallOptions): Promise<KeyFacts> {
    const { alias, material } = details
    if (alias !== undefined) await this.#requireFree(alias, options)
    const read = readField('KeyMetadata', 'KeyId')
    const keyId = await this.#calls.change(
      'CreateKey',
      creation(details),
      (answer) => read('CreateKey', answer),
      options,
    )
    try {
      if (material) await this.#import(keyId, material, options)
      if (alias !== undefined) await this.#change('CreateAlias', { AliasName: alias, KeyId: keyId }, options)
      return await this.describe(keyId, options)
    } catch (error) {
      throw CryptoError.is(error) ? ofMadeKey(keyId, error) : error
    }
  }

  rotate(key: string, options?: CallOptions): Promise<void> {
    return this.#changeKey('CreateKeyVersion', key, {}, options)
  }

  setRotation(key: string, interval: string | undefined, options?: CallOptions): Promise<void> {
    const on = interval === undefined ? {} : { RotationInterval: interval }
    const parameters = { EnableAutomaticRotation: String(interval !== undefined), ...on }
    return this.#changeKey('UpdateRotationPolicy', key, parameters, options)
  }

  async setProtection(key: string, isProtected: boolean, options?: CallOptions): Promise<void> {
    const ProtectedResourceArn = await this.#reader.arnOf(key, options)
    const parameters = { ProtectedResourceArn, EnableDeletionProtection: String(isProtected) }
    return this.#change('SetDeletionProtection', parameters, options)
  }

  enable(key: string, options?: CallOptions): Promise<void> {
    return this.#changeKey('EnableKey', key, {}, options)
  }

  disable(key: string, options?: CallOptions): Promise<void> {
    return this.#changeKey('DisableKey', key, {}, options)
  }

  scheduleDeletion(key: string, days: number, options?: CallOptions): Promise<void> {
    return this.#changeKey('ScheduleKeyDeletion', key, { PendingWindowInDays: String(days) }, options)
  }

  cancelDeletion(key: string, options?: CallOptions): Promise<void> {
    return this.#changeKey('CancelKeyDeletion', key, {}, options)
  }

  async setAlias(key: string, alias: string, options?: CallOptions): Promise<void> {
    const parameters = { AliasName: alias, KeyId: await this.#reader.idOf(key, options) }
    try {
      await this.#change('UpdateAlias', parameters, options)
    } catch (error) {
      if (!CryptoError.is(error) || error.reason !== 'Forbidden.AliasNotFound') throw error
      await this.#change('CreateAlias', parameters, options)
    }
  }

  removeAlias(alias: string, options?: CallOptions): Promise<void> {
    return this.#change('DeleteAlias', { AliasName: alias }, options)
  }

  tag(key: string, tags: Readonly<Record<string, string>>, options?: CallOptions): Promise<void> {
    const Tags = Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }))
    return this.#changeKey('TagResource', key, { Tags: JSON.stringify(Tags) }, options)
  }

  untag(key: string, names: readonly string[], options?: CallOptions): Promise<void> {
    return this.#changeKey('UntagResource', key, { TagKeys: JSON.stringify(names) }, options)
  }

  async #changeKey(action: string, key: string, parameters: Parameters, options?: CallOptions): Promise<void> {
    await this.#change(action, { KeyId: await this.#reader.idOf(key, options), ...parameters }, options)
  }

  #change(action: string, parameters: Parameters, options?: CallOptions): Promise<void> {
    return this.#calls.change(action, parameters, () => undefined, options)
  }

  /** What was made for an alias that is taken would be left behind. */
  async #requireFree(alias: string, options?: CallOptions): Promise<void> {
    try {
      await this.#reader.describe(alias, options)
    } catch (error) {
      if (CryptoError.is(error) && error.code === 'KEY_NOT_FOUND') return
      throw error
    }
    const message = 'The specified alias already exists.'
    throw new CryptoError('INVALID_INPUT', message, { reason: 'AliasAlreadyExists' })
  }

  async #import(keyId: string, material: Uint8Array, options?: CallOptions): Promise<void> {
    const wanted = { KeyId: keyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' }
    const action = 'GetParametersForImport'
    const { publicKey, token } = await this.#calls.change(action, wanted, readImportParameters, options)
    const EncryptedKeyMaterial = wrapMaterial(publicKey, material)
    await this.#change('ImportKeyMaterial', { KeyId: keyId, EncryptedKeyMaterial, ImportToken: token }, options)
  }
}

function creation({ description, spec, rotation, material }: NewKey): Parameters {
  return {
    ...(description === undefined ? {} : { Description: description }),
    ...(spec === undefined ? {} : { KeySpec: spec }),
    ...(rotation === undefined ? {} : { EnableAutomaticRotation: 'true', RotationInterval: rotation }),
    ...(material === undefined ? {} : { Origin: 'EXTERNAL' }),
  }
}

function ofMadeKey(keyId: string, { code, message, reason }: CryptoError): CryptoError {
  return new CryptoError(code, `Key ${keyId} was made, but: ${message}`, reason === undefined ? {} : { reason })
}
