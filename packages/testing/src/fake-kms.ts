import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import {
  type CallOptions,
  CryptoError,
  DATA_KEY_BYTES,
  DataKey,
  decryptionFailed,
  type EncryptionContext,
  encodeContext,
  type Kms,
  throwIfAborted,
} from '@parasol/core'

export interface FakeKmsOptions {
  /** How long every call takes; 0 by default. */
  readonly latencyMs?: number
}

/** How often each operation was called, failed calls included. */
export interface FakeKmsCalls {
  encrypt: number
  decrypt: number
  generateDataKey: number
}

/** The one key id that a `FakeKms` does not know. */
export const MISSING_KEY_ID = 'alias/missing'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const TAG = { authTagLength: TAG_BYTES }

/**
 * A KMS in memory for tests and benchmarks. Its cryptography is real: AES-256-GCM under random keys of its own, so what
 * one instance encrypts another does not decrypt. Every key id exists from its first use, but for `alias/missing`.
 *
 *     offset  size  field
 *     0       1     length of the key id, n
 *     1       n     key id
 *     1+n     12    nonce
 *     13+n    ..    ciphertext, 16 bytes of tag last; AAD = bytes 0 .. 1+n, then the encoded context
 */
export class FakeKms implements Kms {
  readonly maxPlaintextBytes = 4608
  readonly calls: FakeKmsCalls = { encrypt: 0, decrypt: 0, generateDataKey: 0 }
  readonly #keys = new Map<string, Uint8Array>()
  readonly #failures: CryptoError[] = []
  readonly #latencyMs: number

  constructor({ latencyMs = 0 }: FakeKmsOptions = {}) {
    this.#latencyMs = latencyMs
  }

  /** The next calls, whichever they are, reject with this error; as many as `times` says. */
  failNext(error: CryptoError, times = 1): void {
    this.#failures.push(...Array<CryptoError>(times).fill(error))
  }

  async encrypt(
    keyId: string,
    plaintext: Uint8Array,
    context: EncryptionContext,
    { signal }: CallOptions = {},
  ): Promise<Uint8Array> {
    await this.#enter('encrypt', signal)
    if (plaintext.length > this.maxPlaintextBytes) throw tooLarge(plaintext.length, this.maxPlaintextBytes)
    return this.#seal(keyId, plaintext, context)
  }

  async decrypt(ciphertext: Uint8Array, context: EncryptionContext, { signal }: CallOptions = {}): Promise<Uint8Array> {
    await this.#enter('decrypt', signal)
    return this.#open(ciphertext, encodeContext(context))
  }

  async generateDataKey(keyId: string, context: EncryptionContext, { signal }: CallOptions = {}): Promise<DataKey> {
    await this.#enter('generateDataKey', signal)
    const plaintext = randomBytes(DATA_KEY_BYTES)
    return new DataKey(this.#seal(keyId, plaintext, context), plaintext)
  }

  async #enter(operation: keyof FakeKmsCalls, signal: AbortSignal | undefined): Promise<void> {
    this.calls[operation] += 1
    throwIfAborted(signal)
    if (this.#latencyMs > 0) await pause(this.#latencyMs, signal)
    const failure = this.#failures.shift()
    if (failure) throw failure
  }

  #seal(keyId: string, plaintext: Uint8Array, context: EncryptionContext): Uint8Array {
    const key = this.#keyFor(keyId)
    const header = encodeKeyId(keyId)
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, key, nonce, TAG)
    cipher.setAAD(Buffer.concat([header, encodeContext(context)]))
    return Buffer.concat([header, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  }

  #open(ciphertext: Uint8Array, context: Uint8Array): Uint8Array {
    const nonceAt = 1 + (ciphertext[0] ?? 0)
    const bodyAt = nonceAt + NONCE_BYTES
    const tagAt = ciphertext.length - TAG_BYTES
    const header = ciphertext.subarray(0, nonceAt)
    const key = this.#keys.get(Buffer.from(header.subarray(1)).toString())
    if (!key || tagAt < bodyAt) throw decryptionFailed()
    const decipher = createDecipheriv(CIPHER, key, ciphertext.subarray(nonceAt, bodyAt), TAG)
    decipher.setAAD(Buffer.concat([header, context])).setAuthTag(ciphertext.subarray(tagAt))
    const plaintext = decipher.update(ciphertext.subarray(bodyAt, tagAt))
    try {
      decipher.final()
    } catch {
      throw decryptionFailed()
    }
    return plaintext
  }

  #keyFor(keyId: string): Uint8Array {
    if (keyId === MISSING_KEY_ID) throw new CryptoError('KEY_NOT_FOUND', `No KMS key "${keyId}"`)
    const key = this.#keys.get(keyId) ?? randomBytes(DATA_KEY_BYTES)
    this.#keys.set(keyId, key)
    return key
  }
}

function encodeKeyId(keyId: string): Uint8Array {
  const bytes = Buffer.from(keyId)
  if (bytes.length > 255) throw new CryptoError('INVALID_INPUT', `Key id of ${bytes.length} bytes: at most 255`)
  return Buffer.concat([Buffer.from([bytes.length]), bytes])
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(milliseconds, undefined, signal ? { signal } : {})
  } catch {
    throwIfAborted(signal)
  }
}

function tooLarge(length: number, limit: number): CryptoError {
  return new CryptoError('PLAINTEXT_TOO_LARGE', `Plaintext of ${length} bytes: the KMS takes at most ${limit}`)
}
