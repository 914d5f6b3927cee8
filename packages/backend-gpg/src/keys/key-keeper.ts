import type { PrivateKey } from 'openpgp'
import { parseFingerprint } from '../fingerprint.js'
import { generateGpgKey, type NewKey, type NewKeyOptions } from '../generate-key.js'
import type { KeyRing } from '../key-ring.js'
import { openpgpConfig } from '../openpgp-config.js'
import { clearKey, isLocked, unlockKey } from '../unlock-key.js'
import { shown } from '../usable-key.js'
import { editKey, type PassphraseSource } from './edit-key.js'
import { withoutPrimarySecret } from './export-subkeys.js'
import { extendKey } from './extend-key.js'
import { makeRevocationCertificate, type Revocation, revokeSubkey, revokeWholeKey } from './revoke-key.js'
import { addSubkey, rotateSubkeys, type SubkeyPurpose } from './rotate-subkeys.js'
import { addUserId, revokeUserId, setPrimaryUserId } from './user-ids.js'

export interface KeyKeeperOptions {
  readonly keyRing: KeyRing
  /** Asked when a locked key is to change. */
  readonly passphrase?: PassphraseSource
}

/** What is exported of a key: all of it, its certificate, or its secret key without the primary part. */
export type ExportKind = 'certificate' | 'secretKey' | 'secretSubkeys'

/**
 * The life of the keys in a ring. Each change is written whole or not at all, and adds to a key: what was exported before
 * can be imported again without loss. Tell partners by sending them the certificate anew.
 */
export class KeyKeeper {
  readonly #keyRing: KeyRing
  readonly #passphrase: PassphraseSource | undefined

  constructor({ keyRing, passphrase }: KeyKeeperOptions) {
    this.#keyRing = keyRing
    this.#passphrase = passphrase
  }

  /** A new key, in the ring, with its revocation certificate beside it: move that to another place. */
  async generate(options: NewKeyOptions): Promise<NewKey> {
    const key = await generateGpgKey(options)
    await this.#keyRing.import(key.secretKey)
    await this.#keyRing.keepRevocation(key.fingerprint, key.revocationCertificate)
    return key
  }

  /** Lets a key and its subkeys expire at another time; undefined for never. */
  extend(fingerprint: string, expires: Date | undefined): Promise<void> {
    return this.#edit(fingerprint, (key) => extendKey(key, expires))
  }

  addSubkey(fingerprint: string, purpose: SubkeyPurpose): Promise<void> {
    return this.#edit(fingerprint, (key) => addSubkey(key, purpose))
  }

  /** Such as `Name <someone@example.com>`. */
  addUserId(fingerprint: string, userId: string): Promise<void> {
    return this.#edit(fingerprint, (key) => addUserId(key, userId))
  }

  revokeUserId(fingerprint: string, userId: string): Promise<void> {
    return this.#edit(fingerprint, (key) => revokeUserId(key, userId))
  }

  /** Makes a user id the main one. */
  setPrimaryUserId(fingerprint: string, userId: string): Promise<void> {
    return this.#edit(fingerprint, (key) => setPrimaryUserId(key, userId))
  }

  /** New subkeys in the place of the old ones, which go on decrypting. */
  rotate(fingerprint: string): Promise<void> {
    return this.#edit(fingerprint, rotateSubkeys)
  }

  revoke(fingerprint: string, revocation: Revocation): Promise<void> {
    return this.#edit(fingerprint, (key) => revokeWholeKey(key, revocation))
  }

  revokeSubkey(fingerprint: string, subkey: string, revocation: Revocation): Promise<void> {
    const digits = parseFingerprint(subkey)
    return this.#edit(fingerprint, (key) => revokeSubkey(key, digits, revocation))
  }

  /** Armored, and not applied: whoever imports it revokes the key. */
  async revocationCertificate(fingerprint: string, revocation: Revocation): Promise<string> {
    const key = await this.#keyRing.secretKey(fingerprint)
    const unlocked = await unlockKey(key, this.#passphrase)
    try {
      return await makeRevocationCertificate(unlocked, revocation)
    } finally {
      clearKey(unlocked)
    }
  }

  /** Armored; secret keys locked as they are in the ring. */
  async export(fingerprint: string, kind: ExportKind = 'certificate'): Promise<string> {
    const find = {
      certificate: () => this.#keyRing.certificate(fingerprint),
      secretKey: () => this.#keyRing.secretKey(fingerprint),
      secretSubkeys: async () => withoutPrimarySecret(await this.#keyRing.secretKey(fingerprint)),
    }[kind]
    return (await find()).armor(openpgpConfig)
  }

  /** Asks for the passphrase before it keeps others from the ring. */
  async #edit(fingerprint: string, change: (unlocked: PrivateKey) => Promise<PrivateKey>): Promise<void> {
    const key = await this.#keyRing.secretKey(fingerprint)
    const passphrase = isLocked(key) ? await this.#passphrase?.(shown(key)) : undefined
    await this.#keyRing.change(fingerprint, (locked) =>
      editKey(locked, passphrase ? () => passphrase : undefined, change),
    )
  }
}
