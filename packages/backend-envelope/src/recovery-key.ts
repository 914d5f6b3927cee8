import { createHash, randomFillSync, timingSafeEqual } from 'node:crypto'
import { inspect } from 'node:util'
import { allocateSecret, CryptoError, type EncryptionContext, encodeContext } from '@parasol/core'
import { openHpke, sealHpke } from './hpke.js'
import { encodeLabel } from './one-step-kdf.js'
import { FORMAT_VERSION } from './record-key.js'
import { loadX25519, nodeX25519, type X25519, X25519_BYTES } from './x25519.js'

const PREFIX = 'x25519:'
const PUBLIC_TEXT = /^x25519:([A-Za-z0-9_-]{43})$/
const ID_BYTES = 8
const INFO = Buffer.concat([encodeLabel('parasol/envelope/recovery-key'), Uint8Array.of(FORMAT_VERSION)])

/** The public half of a recovery key: wraps data keys that the secret half, which lies offline, opens. */
export class RecoveryPublicKey {
  /** What green keys call it: `x25519:` and the first 16 digits of its SHA-256. */
  readonly id: string
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.id = `${PREFIX}${createHash('sha256')
      .update(bytes)
      .digest('hex')
      .slice(0, 2 * ID_BYTES)}`
  }

  /**
   * Reads `x25519:` and 43 characters of base64url.
   *
   * @throws CryptoError INVALID_CONFIG, also for one of the few keys that anybody could open
   */
  static parse(text: string): RecoveryPublicKey {
    const bytes = Buffer.from(PUBLIC_TEXT.exec(text)?.[1] ?? '', 'base64url')
    const key = new RecoveryPublicKey(Uint8Array.from(bytes))
    if (bytes.length !== X25519_BYTES || key.toString() !== text) {
      throw new CryptoError('INVALID_CONFIG', 'A recovery key is "x25519:" and 43 characters of base64url')
    }
    if (nodeX25519.sharedSecret(ANY_SECRET, bytes)) return key
    throw new CryptoError('INVALID_CONFIG', 'The recovery key is of low order and protects nothing')
  }

  toString(): string {
    return `${PREFIX}${Buffer.from(this.bytes).toString('base64url')}`
  }

  async wrap(dataKey: Uint8Array, kmsContext: EncryptionContext): Promise<Uint8Array> {
    return sealHpke(await loadX25519(), this.bytes, dataKey, binding(kmsContext))
  }
}

/** Both halves. Hold it in a `using`: the end of the scope zeroes the secret one. It prints as its id. */
export class RecoveryKey implements Disposable {
  readonly publicKey: RecoveryPublicKey
  readonly #x25519: X25519
  readonly #secret: Uint8Array

  private constructor(x25519: X25519, secret: Uint8Array) {
    this.#x25519 = x25519
    this.#secret = secret
    this.publicKey = new RecoveryPublicKey(x25519.publicKey(secret))
  }

  static async generate(): Promise<RecoveryKey> {
    return new RecoveryKey(await loadX25519(), randomFillSync(allocateSecret(X25519_BYTES)))
  }

  /** @param secret 32 bytes, which are copied and remain the caller's to zero */
  static async fromSecret(secret: Uint8Array): Promise<RecoveryKey> {
    if (secret.length !== X25519_BYTES) throw new CryptoError('INVALID_INPUT', 'A recovery key has 32 bytes')
    const copy = allocateSecret(X25519_BYTES)
    copy.set(secret)
    return new RecoveryKey(await loadX25519(), copy)
  }

  get id(): string {
    return this.publicKey.id
  }

  /** Gives the secret half to the work and to nobody else. Not to be kept. */
  async withSecret<T>(work: (secret: Uint8Array) => Promise<T>): Promise<T> {
    this.#requireOpen()
    return await work(this.#secret)
  }

  /** The data key, which the caller zeroes; undefined if this key does not open it under this context. */
  unwrap(wrapped: Uint8Array, kmsContext: EncryptionContext): Uint8Array | undefined {
    this.#requireOpen()
    const pair = { secretKey: this.#secret, publicKey: this.publicKey.bytes }
    return openHpke(this.#x25519, pair, wrapped, binding(kmsContext))
  }

  [Symbol.dispose](): void {
    this.#secret.fill(0)
  }

  toJSON(): string {
    return this.id
  }

  [inspect.custom](): string {
    return `[RecoveryKey ${this.id}]`
  }

  /** A key of zeros would open nothing and say that the data is damaged. */
  #requireOpen(): void {
    if (!timingSafeEqual(this.#secret, ZEROS)) return
    throw new CryptoError('CLOSED', 'The recovery key was already destroyed')
  }
}

const ZEROS = new Uint8Array(X25519_BYTES)
const ANY_SECRET = new Uint8Array(X25519_BYTES).fill(1)

/** The purpose is bound as it is at the KMS: what was wrapped for one cannot be opened for another. */
function binding(kmsContext: EncryptionContext) {
  return { info: INFO, aad: encodeContext(kmsContext) }
}
