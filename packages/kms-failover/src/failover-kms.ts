import {
  type CallOptions,
  CryptoError,
  DataKey,
  decryptionFailed,
  type EncryptionContext,
  type Kms,
  type Observable,
  type ReEncryptingKms,
  type Stats,
} from '@parasol/core'
import { Member } from './member.js'
import { addRoute, MAX_NAME_BYTES, readRoute } from './route.js'

export interface FailoverMember {
  /** Written before what it encrypts, so that the same KMS is asked to decrypt it: not to be changed. */
  readonly name: string
  readonly kms: Kms
  /** The key that encrypts there; by default the one that is asked for. */
  readonly keyId?: string | undefined
}

export interface FailoverKmsOptions {
  /** What it encrypts, it alone could have encrypted: nothing is added to its ciphertexts. */
  readonly first: FailoverMember
  /** Those that take over, in this order, while the ones before are away. */
  readonly fallback: readonly FailoverMember[]
  /** How many calls in a row must fail before a KMS is left alone for a while; 5 by default. */
  readonly breakAfter?: number | undefined
  /** For how long, in milliseconds; 2,000 by default. */
  readonly breakForMs?: number | undefined
  /** Milliseconds of a clock that never goes backwards. */
  readonly now?: () => number
}

/**
 * Several KMS as one. The first encrypts; while it cannot be reached, throttles or fails, the next one does. One that
 * refuses is not passed over: its answer counts.
 *
 * Each ciphertext says which KMS made it, and is decrypted by that one or by none: what was encrypted under one KMS cannot
 * be read while that one is away, unless its data key was wrapped by another as well (`recovery` of scheme envelope).
 */
export class FailoverKms implements ReEncryptingKms, Observable {
  readonly maxPlaintextBytes: number
  readonly #members: readonly Member[]
  #failovers = 0

  /** @throws CryptoError INVALID_CONFIG for names that are not distinct, and without a fallback */
  constructor({ first, fallback, ...options }: FailoverKmsOptions) {
    const members = [first, ...fallback]
    requireNames(members.map(({ name }) => name))
    this.#members = members.map((member) => new Member(member, options))
    this.maxPlaintextBytes = Math.min(...members.map(({ kms }) => kms.maxPlaintextBytes))
  }

  async encrypt(
    keyId: string,
    plaintext: Uint8Array,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    const { member, result } = await this.#first((each) => each.encrypt(keyId, plaintext, context, options))
    return this.#routed(member, result)
  }

  async decrypt(ciphertext: Uint8Array, context: EncryptionContext, options?: CallOptions): Promise<Uint8Array> {
    const route = readRoute(ciphertext)
    const member = route && this.#find(route.name)
    if (!route || !member) throw decryptionFailed()
    return member.decrypt(route.ciphertext, context, options)
  }

  /** What another than the first encrypted is decrypted there and encrypted by the first, which cannot be done here. */
  async reEncrypt(
    ciphertext: Uint8Array,
    keyId: string,
    context: EncryptionContext,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    const route = readRoute(ciphertext)
    const member = route && this.#find(route.name)
    if (!member) throw decryptionFailed()
    if (member !== this.#members[0]) throw notReEncrypted()
    return member.reEncrypt(ciphertext, keyId, context, options)
  }

  async generateDataKey(keyId: string, context: EncryptionContext, options?: CallOptions): Promise<DataKey> {
    const { member, result } = await this.#first((each) => each.generateDataKey(keyId, context, options))
    if (member === this.#members[0]) return result
    using key = result
    return new DataKey(this.#routed(member, key.wrapped), Uint8Array.from(key.plaintext))
  }

  /** What was encrypted elsewhere than at the first, and of each KMS its calls, failed calls, and whether it is left alone. */
  stats(): Stats {
    const members = Object.fromEntries(this.#members.map((member) => [member.name, member.stats()]))
    return { failovers: this.#failovers, members }
  }

  /** @throws what the first of them threw, if none can */
  async #first<T>(work: (member: Member) => Promise<T>): Promise<{ member: Member; result: T }> {
    const failures: unknown[] = []
    for (const member of this.#members) {
      try {
        const result = await work(member)
        if (member !== this.#members[0]) this.#failovers += 1
        return { member, result }
      } catch (error) {
        if (!CryptoError.is(error) || !error.retryable) throw error
        failures.push(error)
      }
    }
    throw failures[0]
  }

  /** Names are not empty, so that an empty one finds nobody. */
  #find(name: string | undefined): Member | undefined {
    return name === undefined ? this.#members[0] : this.#members.slice(1).find((member) => member.name === name)
  }

  #routed(member: Member, ciphertext: Uint8Array): Uint8Array {
    return member === this.#members[0] ? ciphertext : addRoute(member.name, ciphertext)
  }
}

function notReEncrypted(): CryptoError {
  return new CryptoError('UNSUPPORTED', 'Another KMS than the first encrypted this: decrypt and encrypt again')
}

function requireNames(names: readonly string[]): void {
  if (names.length < 2) throw new CryptoError('INVALID_CONFIG', 'A failover needs a KMS to fall back to')
  if (new Set(names).size < names.length) {
    throw new CryptoError('INVALID_CONFIG', 'The KMS of a failover have different names')
  }
  if (names.some((name) => name === '' || !name.isWellFormed() || Buffer.byteLength(name) > MAX_NAME_BYTES)) {
    throw new CryptoError('INVALID_CONFIG', `The name of a KMS has 1 to ${MAX_NAME_BYTES} bytes of UTF-8`)
  }
}
