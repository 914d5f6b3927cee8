import { createHash, randomFillSync } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { allocateSecret, BoundedCache, CryptoError, DATA_KEY_BYTES } from '@parasol/core'
import type { PublicKey } from 'openpgp'
import { requireUsableKey } from '../usable-key.js'
import { writeSessionKey } from '../write-message.js'
import { type Allowance, KeptSessionKey } from './kept-session-key.js'
import { type ReuseLimits, sessionKeyLimit } from './session-key-policy.js'
import { type Addressees, freshSessionKey, type SessionKeyLease, type SessionKeySource } from './session-key-source.js'

export interface ReusedSessionKeyOptions {
  readonly limits: ReuseLimits
  /** Milliseconds of a clock that never goes backwards. */
  readonly now?: () => number
}

/**
 * One session key, and the packets that hold it for the readers, for many messages to the same of their keys, within
 * limits that hold under any concurrency. That the readers' keys can be used is checked for each message; another part
 * to encrypt to, or any change of a certificate, makes a new session key.
 */
export class ReusedSessionKey implements SessionKeySource {
  readonly #allowance: Allowance
  readonly #kept: BoundedCache<KeptSessionKey>
  readonly #making = new Map<string, Promise<void>>()
  readonly #digests = new WeakMap<PublicKey, string>()
  #closed = false

  /** @throws CryptoError INVALID_CONFIG for a limit out of its range */
  constructor({ limits, now = () => performance.now() }: ReusedSessionKeyOptions) {
    this.#allowance = {
      maxMessages: sessionKeyLimit('maxMessages', limits.maxMessages),
      maxBytes: sessionKeyLimit('maxBytes', limits.maxBytes),
    }
    const maxAgeSeconds = sessionKeyLimit('maxAgeSeconds', limits.maxAgeSeconds)
    this.#kept = new BoundedCache({ maxEntries: 1, maxAgeSeconds, now })
  }

  async forMessage(addressees: Addressees, bytes: number): Promise<SessionKeyLease> {
    if (bytes > this.#allowance.maxBytes) return freshSessionKey()
    const id = await this.#idOf(addressees)
    for (;;) {
      this.#requireOpen()
      const lease = this.#kept.get(id)?.take(bytes)
      if (lease) return lease
      await this.#renew(id, addressees)
    }
  }

  [Symbol.dispose](): void {
    this.#closed = true
    this.#kept[Symbol.dispose]()
  }

  /** All that come while a key is made wait for that one. */
  #renew(id: string, addressees: Addressees): Promise<void> {
    const known = this.#making.get(id)
    if (known) return known
    const making = this.#make(id, addressees).finally(() => this.#making.delete(id))
    this.#making.set(id, making)
    return making
  }

  async #make(id: string, addressees: Addressees): Promise<void> {
    const sessionKey = randomFillSync(allocateSecret(DATA_KEY_BYTES))
    try {
      const written = await writeSessionKey({ ...addressees, sessionKey })
      this.#requireOpen()
      this.#kept.set(id, new KeptSessionKey(sessionKey, written, this.#allowance))
    } catch (error) {
      sessionKey.fill(0)
      throw error
    }
  }

  async #idOf({ recipients, passwords, hidden }: Addressees): Promise<string> {
    const parts = await Promise.all(recipients.map((recipient) => requireUsableKey(recipient, 'encrypt to')))
    const readers = parts.map((part, index) => [this.#digestOf(recipients[index] as PublicKey), part.getFingerprint()])
    return JSON.stringify([readers, passwords.length, hidden])
  }

  #digestOf(certificate: PublicKey): string {
    const known = this.#digests.get(certificate)
    if (known) return known
    const digest = createHash('sha256').update(certificate.write()).digest('hex')
    this.#digests.set(certificate, digest)
    return digest
  }

  #requireOpen(): void {
    if (this.#closed) throw new CryptoError('CLOSED', 'The OpenPGP provider was already closed')
  }
}
