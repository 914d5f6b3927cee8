import type { RingOptions } from '../commands/gpg/ring-options.js'
import type { Terminal } from '../terminal.js'

/** Whose the keys of a ring are: names that somebody gave to them after comparing a fingerprint, else what they say. */
export class RingNames {
  readonly #names: ReadonlyMap<string, readonly string[]>
  readonly #primaries: ReadonlyMap<string, string>

  private constructor(names: ReadonlyMap<string, readonly string[]>, primaries: ReadonlyMap<string, string>) {
    this.#names = names
    this.#primaries = primaries
  }

  /** Of a ring that nobody named, it does not matter if it is not there, or damaged. */
  static async open(terminal: Terminal, options: RingOptions): Promise<RingNames> {
    try {
      return await RingNames.#read(terminal, options)
    } catch (error) {
      if (options.ring !== undefined) throw error
      return new RingNames(new Map(), new Map())
    }
  }

  static async #read(terminal: Terminal, options: RingOptions): Promise<RingNames> {
    const { openRing, ringFolder } = await import('../commands/gpg/ring-options.js')
    const { Contacts } = await import('@parasol/backend-gpg')
    const contacts = Object.entries(await new Contacts(ringFolder(terminal, options)).list())
    const [names, primaries] = [new Map<string, readonly string[]>(), new Map<string, string>()]
    for (const key of await (await openRing(terminal, options)).summaries()) {
      const named = contacts.filter(([, uses]) => [...uses.encrypt, ...uses.verify].includes(key.fingerprint))
      names.set(key.fingerprint, named.length > 0 ? named.map(([name]) => name) : key.userIds.map((id) => `"${id}"`))
      for (const { fingerprint } of [key, ...key.subkeys]) primaries.set(keyIdOf(fingerprint), key.fingerprint)
    }
    return new RingNames(names, primaries)
  }

  /** By the id of a primary key or of a subkey. */
  of(keyId: string): readonly string[] | undefined {
    return this.#names.get(this.primaryOf(keyId) ?? '')
  }

  /** The fingerprint of the key that a part belongs to. */
  primaryOf(keyId: string): string | undefined {
    return this.#primaries.get(keyId)
  }
}

/** Since version 6 an id is the beginning of a fingerprint, which is longer. */
export function keyIdOf(fingerprint: string): string {
  return fingerprint.length === 64 ? fingerprint.slice(0, 16) : fingerprint.slice(-16)
}
