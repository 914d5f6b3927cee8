import { CryptoError } from '@parasol/core'
import type { PrivateKey, PublicKey } from 'openpgp'
import { gpgError } from './gpg-errors.js'
import type { KeySource } from './key-ring.js'
import { clearKey, unlockKey } from './unlock-key.js'

const MAX_AGE_MS = 60_000

export interface KeyCacheOptions {
  readonly keyRing: KeySource
  /** Asked once for each secret key that is locked, when it is first needed. */
  readonly passphrase?: ((fingerprint: string) => string | Promise<string>) | undefined
}

/**
 * Keys that were read, parsed and unlocked once: doing so for every message takes 50 times as long as the message. What
 * failed is tried again. Certificates are read again every minute, so that a revocation that somebody imports is heeded.
 * Disposal zeroes unlocked keys as far as OpenPGP.js can.
 */
export class KeyCache implements Disposable {
  readonly #options: KeyCacheOptions
  readonly #certificates = new Map<string, Promise<PublicKey>>()
  readonly #secretKeys = new Map<string, Promise<PrivateKey>>()
  readonly #unlocked = new Map<string, Promise<PrivateKey>>()
  #disposed = false
  #certificatesReadAt = 0

  constructor(options: KeyCacheOptions) {
    this.#options = options
  }

  /** @throws CryptoError KEY_NOT_FOUND */
  certificates(fingerprints: readonly string[]): Promise<PublicKey[]> {
    this.#requireOpen()
    this.#forgetOldCertificates()
    const { keyRing } = this.#options
    const find = (digits: string) => remember(this.#certificates, digits, () => keyRing.certificate(digits))
    return Promise.all(fingerprints.map(find))
  }

  /**
   * The secret keys of those that have one in the ring, locked.
   *
   * @throws CryptoError KEY_NOT_FOUND if none has, and one is needed
   */
  async secretKeys(fingerprints: readonly string[], needed: boolean): Promise<PrivateKey[]> {
    this.#requireOpen()
    const found = await Promise.all(fingerprints.map((digits) => this.#secretKeyIfThere(digits)))
    const keys = found.filter((key) => key !== undefined)
    if (keys.length > 0 || !needed) return keys
    throw gpgError('GPG_SECRET_KEY_NOT_FOUND', `The key ring has none of the secret keys ${fingerprints.join(', ')}`)
  }

  /** @throws CryptoError KEY_NOT_FOUND, WRONG_PASSPHRASE */
  unlocked(fingerprint: string): Promise<PrivateKey> {
    this.#requireOpen()
    return remember(this.#unlocked, fingerprint, async () => {
      const key = await unlockKey(await this.#secretKey(fingerprint), this.#options.passphrase)
      if (!this.#disposed) return key
      clearKey(key)
      throw closed()
    })
  }

  [Symbol.dispose](): void {
    this.#disposed = true
    for (const unlocking of this.#unlocked.values()) unlocking.then(clearKey, () => undefined)
    for (const memory of [this.#certificates, this.#secretKeys, this.#unlocked]) memory.clear()
  }

  #forgetOldCertificates(): void {
    const now = Date.now()
    if (Math.abs(now - this.#certificatesReadAt) < MAX_AGE_MS) return
    this.#certificatesReadAt = now
    this.#certificates.clear()
  }

  #secretKey(fingerprint: string): Promise<PrivateKey> {
    return remember(this.#secretKeys, fingerprint, () => this.#options.keyRing.secretKey(fingerprint))
  }

  async #secretKeyIfThere(fingerprint: string): Promise<PrivateKey | undefined> {
    try {
      return await this.#secretKey(fingerprint)
    } catch (error) {
      if (CryptoError.is(error) && error.reason === 'GPG_SECRET_KEY_NOT_FOUND') return undefined
      throw error
    }
  }

  #requireOpen(): void {
    if (this.#disposed) throw closed()
  }
}

function closed(): CryptoError {
  return new CryptoError('CLOSED', 'The OpenPGP provider was already closed')
}

function remember<T>(memory: Map<string, Promise<T>>, key: string, find: () => Promise<T>): Promise<T> {
  const known = memory.get(key)
  if (known) return known
  const found = find()
  memory.set(key, found)
  found.catch(() => {
    if (memory.get(key) === found) memory.delete(key)
  })
  return found
}
