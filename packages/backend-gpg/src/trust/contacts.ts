import { CryptoError } from '@parasol/core'
import { parseFingerprint } from '../fingerprint.js'
import { gpgError } from '../gpg-errors.js'
import { FolderKeyFiles, type KeyFiles, MemoryKeyFiles } from '../key-files.js'

/** What a contact's key is used for. */
export type ContactUse = 'encrypt' | 'verify'

/** Full fingerprints, for each use: nothing else makes a key somebody's. */
export interface Contact {
  readonly encrypt: readonly string[]
  readonly verify: readonly string[]
}

/** Where names become fingerprints. */
export interface ContactSource {
  /** @throws CryptoError KEY_NOT_FOUND, reason GPG_CONTACT_NOT_FOUND */
  resolve(name: string, use: ContactUse): Promise<readonly string[]>
}

/** As `contacts` stands in a configuration: a fingerprint for every use, or some for each. */
export type PinnedContacts = Readonly<Record<string, string | Partial<Contact>>>

const FILE = 'contacts.json'
const NAME = /^[A-Za-z][\w.-]{0,63}$/
const HEXADECIMAL = /^(0x)?[0-9a-f]{8,}$/i

/** Whether text can be the name of a contact. Short key ids, which can be forged, cannot. */
export function isContactName(text: string): boolean {
  return NAME.test(text) && !HEXADECIMAL.test(text)
}

/**
 * The people that files are exchanged with, beside the key ring in `contacts.json`, and those that a configuration pins.
 * A contact keeps the key that it was given: another one has to be put there by name, after somebody has compared it.
 */
export class Contacts implements ContactSource {
  readonly #files: KeyFiles
  readonly #pinned: ReadonlyMap<string, Contact>

  constructor(folder: string | KeyFiles, pinned: PinnedContacts = {}) {
    this.#files = typeof folder === 'string' ? new FolderKeyFiles(folder) : folder
    this.#pinned = new Map(Object.entries(pinned).map(([name, value]) => [name, parseContact(name, value)]))
  }

  /** From a configuration alone. */
  static pinned(pinned: PinnedContacts): Contacts {
    return new Contacts(new MemoryKeyFiles(), pinned)
  }

  async list(): Promise<Readonly<Record<string, Contact>>> {
    const stored = await this.#read()
    for (const name of this.#pinned.keys()) requireSame(name, this.#pinned.get(name), stored.get(name))
    return Object.fromEntries([...stored, ...this.#pinned].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  async resolve(name: string, use: ContactUse): Promise<readonly string[]> {
    const contacts = await this.list()
    const contact = Object.hasOwn(contacts, name) ? contacts[name] : undefined
    const fingerprints = contact?.[use] ?? []
    if (fingerprints.length > 0) return fingerprints
    const what = contact ? `is not trusted to ${use}` : 'is not known'
    throw gpgError(
      'GPG_CONTACT_NOT_FOUND',
      `The contact "${shownName(name)}" ${what}: compare a fingerprint, and add it`,
    )
  }

  /**
   * Adds a contact, or a use of the same key to one.
   *
   * @throws CryptoError KEY_UNUSABLE, reason GPG_KEY_CHANGED if it has another key, unless that is to be replaced
   */
  async add(name: string, fingerprint: string, uses: readonly ContactUse[], replace = false): Promise<Contact> {
    requireName(name)
    const digits = parseFingerprint(fingerprint)
    return this.#files.exclusively(async () => {
      const contacts = await this.#read()
      const former = replace ? undefined : contacts.get(name)
      const others = [...(former?.encrypt ?? []), ...(former?.verify ?? [])].filter((each) => each !== digits)
      if (others.length > 0) throw changed(name, others[0] ?? '', digits)
      const uniquely = (use: ContactUse): string[] => [
        ...new Set([...(former?.[use] ?? []), ...(uses.includes(use) ? [digits] : [])]),
      ]
      const contact = { encrypt: uniquely('encrypt'), verify: uniquely('verify') }
      requireSame(name, this.#pinned.get(name), contact)
      await this.#write(contacts.set(name, contact))
      return contact
    })
  }

  /** @throws CryptoError KEY_NOT_FOUND, reason GPG_CONTACT_NOT_FOUND */
  async remove(name: string): Promise<void> {
    await this.#files.exclusively(async () => {
      const contacts = await this.#read()
      if (!contacts.delete(name)) {
        throw gpgError('GPG_CONTACT_NOT_FOUND', `The contact "${shownName(name)}" is not among those of the key ring`)
      }
      await this.#write(contacts)
    })
  }

  async #read(): Promise<Map<string, Contact>> {
    const content = await this.#files.read(FILE)
    if (!content) return new Map()
    try {
      const entries = Object.entries(JSON.parse(Buffer.from(content).toString()).contacts as PinnedContacts)
      return new Map(entries.map(([name, value]) => [name, parseContact(name, value)]))
    } catch (cause) {
      const place = this.#files.describe(FILE)
      throw new CryptoError('STORE_DAMAGED', `"${place}" does not hold contacts: restore it`, { cause })
    }
  }

  async #write(contacts: ReadonlyMap<string, Contact>): Promise<void> {
    const text = JSON.stringify({ version: 1, contacts: Object.fromEntries(contacts) }, undefined, 2)
    await this.#files.write(FILE, Buffer.from(`${text}\n`))
  }
}

function parseContact(name: string, value: PinnedContacts[string]): Contact {
  requireName(name)
  const { encrypt = [], verify = [] } = typeof value === 'string' ? { encrypt: [value], verify: [value] } : value
  return { encrypt: encrypt.map(parseFingerprint), verify: verify.map(parseFingerprint) }
}

/** What the configuration pins, the ring must not say otherwise. */
function requireSame(name: string, pinned: Contact | undefined, stored: Contact | undefined): void {
  if (!pinned || !stored) return
  for (const use of ['encrypt', 'verify'] as const) {
    const other = stored[use].find((digits) => !pinned[use].includes(digits))
    if (other !== undefined) throw changed(name, pinned[use][0] ?? 'none', other)
  }
}

function changed(name: string, pinned: string, other: string): CryptoError {
  return gpgError(
    'GPG_KEY_CHANGED',
    `The contact "${shownName(name)}" is pinned to ${pinned} and not to ${other}: ask them over another channel, then replace it`,
  )
}

function requireName(name: string): void {
  if (isContactName(name)) return
  throw gpgError(
    'GPG_CONTACT_NAME_INVALID',
    'A contact has a name of letters, digits, "_", "-" and ".", which begins with a letter and is no key id',
  )
}

function shownName(name: string): string {
  return isContactName(name) ? name : '…'
}
