import type { EncryptionContext } from './context.js'
import { CryptoError, decryptionFailed } from './errors.js'
import { schemeFailed } from './guard.js'
import { type CryptoProvider, isSyncProvider, type SyncProvider } from './provider.js'
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

  #decrypt(reader: CryptoProvider, ciphertext: Uint8Array, context: EncryptionContext): Uint8Array {
    const provider = requireSync(reader)
    return ready(guard(() => provider.tryDecrypt(ciphertext, this.#options.bind(provider, context)), decryptionFailed))
  }
}

function requireSync(provider: CryptoProvider): SyncProvider {
  if (isSyncProvider(provider)) return provider
  throw new CryptoError('UNSUPPORTED', `Scheme "${provider.scheme}" cannot encrypt or decrypt without waiting`)
}

function ready(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes) return bytes
  throw new CryptoError('NOT_READY', 'No data key for this is in memory: encrypt or decrypt asynchronously first')
}

function guard<T>(work: () => T, wrap: (cause: unknown) => CryptoError): T {
  try {
    return work()
  } catch (cause) {
    throw CryptoError.is(cause) ? cause : wrap(cause)
  }
}
