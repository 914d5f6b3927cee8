import { ContextBinder } from './bound-context.js'
import type { EncryptionContext } from './context.js'
import { CryptoError } from './errors.js'
import { type CryptoProvider, isTextProvider } from './provider.js'
import type { EncryptedRecord } from './record.js'
import type { TextCodec } from './text-codec.js'
import { type Token, tokenPrefix } from './token.js'

/**
 * The short cut for text of a use case whose scheme has one. What is undefined has to go the long way, which gives the
 * same, or says why it cannot.
 *
 * @throws CryptoError as `Cipher` does
 */
export class TextPath {
  readonly #codec: TextCodec
  readonly #binder: ContextBinder
  readonly #prefix: string

  constructor(scheme: string, codec: TextCodec, purpose: string) {
    this.#codec = codec
    this.#binder = new ContextBinder(purpose)
    this.#prefix = tokenPrefix(scheme)
  }

  /** Undefined for a scheme that has no short cut. */
  static of(provider: CryptoProvider, purpose: string): TextPath | undefined {
    if (!isTextProvider(provider) || !provider.traits.bindsContext) return undefined
    return new TextPath(provider.scheme, provider.texts, purpose)
  }

  encrypt(plaintext: string, context: EncryptionContext): Token | undefined {
    if (!isText(plaintext)) return undefined
    const bound = this.#binder.bind(context)
    try {
      const ciphertext = this.#codec.encrypt(plaintext, bound)
      return ciphertext === undefined ? undefined : this.#prefix + ciphertext
    } catch (error) {
      return longWay(error)
    }
  }

  decrypt(token: Token, context: EncryptionContext): string | undefined {
    const ciphertext = this.#unprefix(token)
    if (ciphertext === undefined) return undefined
    const bound = this.#binder.bind(context)
    try {
      return this.#codec.decrypt(ciphertext, bound)
    } catch (error) {
      return longWay(error)
    }
  }

  encryptRecord(fields: Readonly<Record<string, string>>, context: EncryptionContext): EncryptedRecord | undefined {
    const names = Object.keys(fields)
    const plaintexts = names.map((name) => fields[name] as string)
    if (!plaintexts.every(isText)) return undefined
    const bound = this.#binder.bind(context)
    try {
      const ciphertexts = this.#codec.encryptAll(names, plaintexts, bound)
      return ciphertexts && this.#toRecord(names, ciphertexts)
    } catch (error) {
      return longWay(error)
    }
  }

  decryptRecord({ key, fields }: EncryptedRecord, context: EncryptionContext): Record<string, string> | undefined {
    const encodedKey = key === undefined ? undefined : this.#unprefix(key)
    if (encodedKey === undefined) return undefined
    const names = Object.keys(fields)
    const ciphertexts: string[] = []
    for (const name of names) {
      const ciphertext = this.#unprefix(fields[name] as Token)
      if (ciphertext === undefined) return undefined
      ciphertexts.push(ciphertext)
    }
    const bound = this.#binder.bind(context)
    try {
      const plaintexts = this.#codec.decryptAll(encodedKey, names, ciphertexts, bound)
      return plaintexts && toObject(names, plaintexts)
    } catch (error) {
      return longWay(error)
    }
  }

  #unprefix(token: Token): string | undefined {
    if (typeof token !== 'string' || !token.startsWith(this.#prefix)) return undefined
    return token.slice(this.#prefix.length)
  }

  #toRecord(names: readonly string[], [key, ...ciphertexts]: readonly string[]): EncryptedRecord {
    const tokens = ciphertexts.map((ciphertext) => this.#prefix + ciphertext)
    return { fields: toObject(names, tokens), key: this.#prefix + key }
  }
}

function isText(text: string): boolean {
  return typeof text === 'string' && text.isWellFormed()
}

/** Anything but a CryptoError comes again on the long way, where it is made one. */
function longWay(error: unknown): undefined {
  if (CryptoError.is(error)) throw error
}

function toObject(names: readonly string[], values: readonly string[]): Record<string, string> {
  const object: Record<string, string> = {}
  for (let index = 0; index < names.length; index++) {
    const [name, value] = [names[index] as string, values[index] as string]
    if (name === '__proto__') Object.defineProperty(object, name, { value, ...PLAIN })
    else object[name] = value
  }
  return object
}

const PLAIN = { enumerable: true, configurable: true, writable: true }
