import { parseFingerprint } from '../fingerprint.js'
import type { ContactSource, ContactUse } from './contacts.js'
import { isContactName } from './contacts.js'

/** Who takes part in an exchange, by full fingerprints or by the names of contacts. */
export interface PartyNames {
  readonly recipients: readonly string[]
  readonly signer?: string | undefined
  readonly verify?: readonly string[] | undefined
  readonly decryptWith?: readonly string[] | undefined
  readonly contacts?: ContactSource | undefined
}

/** The same by fingerprints, in capital letters. */
export interface PartyFingerprints {
  readonly recipients: readonly string[]
  readonly signer: string | undefined
  readonly verify: readonly string[]
  readonly decryptWith: readonly string[]
}

const MAX_AGE_MS = 60_000

/**
 * Knows who takes part. Contacts are looked up again every minute, so that one who is removed is heeded.
 */
export class Parties {
  readonly #names: PartyNames
  #resolved: Promise<PartyFingerprints> | undefined
  #resolvedAt = 0

  /** @throws CryptoError INVALID_INPUT, reason GPG_FINGERPRINT_INVALID */
  constructor(names: PartyNames) {
    this.#names = names
    const { recipients, signer = [], verify = [], decryptWith = [] } = names
    for (const name of [...recipients, signer, ...verify, ...decryptWith].flat()) {
      if (!names.contacts || !isContactName(name)) parseFingerprint(name)
    }
  }

  /** @throws CryptoError KEY_NOT_FOUND, reason GPG_CONTACT_NOT_FOUND; KEY_UNUSABLE, reason GPG_KEY_CHANGED */
  fingerprints(): Promise<PartyFingerprints> {
    const now = Date.now()
    if (this.#resolved && Math.abs(now - this.#resolvedAt) < MAX_AGE_MS) return this.#resolved
    const resolved = this.#resolve()
    this.#resolved = resolved
    this.#resolvedAt = now
    resolved.catch(() => {
      if (this.#resolved === resolved) this.#resolved = undefined
    })
    return resolved
  }

  async #resolve(): Promise<PartyFingerprints> {
    const { recipients, signer, verify, decryptWith } = this.#names
    const own = signer === undefined ? [] : await this.#find([signer], 'verify')
    const to = await this.#find(recipients, 'encrypt')
    return {
      recipients: to,
      signer: own[0],
      verify: verify ? await this.#find(verify, 'verify') : own,
      decryptWith: decryptWith ? await this.#find(decryptWith, 'encrypt') : [...new Set([...to, ...own])],
    }
  }

  async #find(names: readonly string[], use: ContactUse): Promise<readonly string[]> {
    const { contacts } = this.#names
    const found = names.map((name) =>
      contacts && isContactName(name) ? contacts.resolve(name, use) : [parseFingerprint(name)],
    )
    return [...new Set((await Promise.all(found)).flat())]
  }
}
