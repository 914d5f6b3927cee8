import { CryptoError, DataKey, type EncryptionContext, type Kms } from '@parasol/core'

/** One call, as it came in. */
export interface KmsCall {
  readonly operation: keyof Omit<Kms, 'maxPlaintextBytes'>
  readonly context: EncryptionContext
  readonly keyId?: string
  readonly wrapped?: Uint8Array
}

/**
 * A KMS at the other end of a wire that a test holds in its hand: it answers with the given data key, whatever its
 * length, and the given wrapped key, and remembers how it was called and what it handed out.
 */
export class KnownKeyKms implements Kms {
  readonly maxPlaintextBytes = 4608
  readonly calls: KmsCall[] = []
  /** The data keys that it gave away, to be looked at afterwards. */
  readonly handedOut: DataKey[] = []
  /** What its answers held: the memory of every plaintext key that left it. */
  readonly plaintexts: Uint8Array[] = []
  readonly #dataKey: Uint8Array
  readonly #wrapped: Uint8Array

  constructor(dataKey: Uint8Array, wrapped: Uint8Array = Buffer.from('wrapped')) {
    this.#dataKey = dataKey
    this.#wrapped = wrapped
  }

  async encrypt(keyId: string, plaintext: Uint8Array, context: EncryptionContext): Promise<Uint8Array> {
    this.calls.push({ operation: 'encrypt', keyId, context })
    if (Buffer.compare(plaintext, this.#dataKey) !== 0) throw new CryptoError('INTERNAL', 'Not the key of this test')
    return Uint8Array.from(this.#wrapped)
  }

  async decrypt(wrapped: Uint8Array, context: EncryptionContext): Promise<Uint8Array> {
    this.calls.push({ operation: 'decrypt', wrapped: Uint8Array.from(wrapped), context })
    const plaintext = Uint8Array.from(this.#dataKey)
    this.plaintexts.push(plaintext)
    return plaintext
  }

  async generateDataKey(keyId: string, context: EncryptionContext): Promise<DataKey> {
    this.calls.push({ operation: 'generateDataKey', keyId, context })
    const key = new DataKey(Uint8Array.from(this.#wrapped), Uint8Array.from(this.#dataKey))
    this.handedOut.push(key)
    this.plaintexts.push(key.plaintext)
    return key
  }
}
