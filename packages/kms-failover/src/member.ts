import {
  type CallOptions,
  CircuitBreaker,
  type CircuitBreakerOptions,
  CryptoError,
  type DataKey,
  type EncryptionContext,
  isReEncrypting,
  type Kms,
  type Stats,
} from '@parasol/core'
import type { FailoverKmsOptions, FailoverMember } from './failover-kms.js'

type BreakerOptions = Pick<FailoverKmsOptions, 'breakAfter' | 'breakForMs' | 'now'>

/** One of several KMS, with the breaker that leaves it alone while it fails. */
export class Member {
  readonly name: string
  readonly #kms: Kms
  readonly #keyId: string | undefined
  readonly #breaker: CircuitBreaker
  #calls = 0
  #failures = 0

  constructor({ name, kms, keyId }: FailoverMember, options: BreakerOptions) {
    this.name = name
    this.#kms = kms
    this.#keyId = keyId
    this.#breaker = new CircuitBreaker(breakerOptions(name, options))
  }

  encrypt(
    keyId: string,
    plaintext: Uint8Array,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    return this.#run(() => this.#kms.encrypt(this.#keyId ?? keyId, plaintext, context, options))
  }

  decrypt(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    return this.#run(() => this.#kms.decrypt(ciphertext, context, options))
  }

  async reEncrypt(
    ciphertext: Uint8Array,
    keyId: string,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    const kms = this.#kms
    if (!isReEncrypting(kms)) throw new CryptoError('UNSUPPORTED', `The KMS "${this.name}" re-encrypts nothing`)
    return this.#run(() => kms.reEncrypt(ciphertext, this.#keyId ?? keyId, context, options))
  }

  generateDataKey(keyId: string, context: EncryptionContext, options?: CallOptions): Promise<DataKey> {
    return this.#run(() => this.#kms.generateDataKey(this.#keyId ?? keyId, context, options))
  }

  stats(): Stats {
    const circuitOpen = this.#breaker.state === 'closed' ? 0 : 1
    return { calls: this.#calls, failures: this.#failures, circuitOpen }
  }

  /** Calls that the breaker refuses are not counted: the KMS did not see them. */
  #run<T>(call: () => Promise<T>): Promise<T> {
    return this.#breaker.run(async () => {
      this.#calls += 1
      try {
        return await call()
      } catch (error) {
        this.#failures += 1
        throw error
      }
    })
  }
}

function breakerOptions(name: string, { breakAfter, breakForMs, now }: BreakerOptions): CircuitBreakerOptions {
  return {
    name: `The KMS "${name}"`,
    ...(breakAfter === undefined ? {} : { failures: breakAfter }),
    ...(breakForMs === undefined ? {} : { pauseMs: breakForMs }),
    ...(now ? { now } : {}),
  }
}
