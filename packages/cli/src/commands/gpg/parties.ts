import type { ContactUse } from '@parasol/backend-gpg'
import type { Terminal } from '../../terminal.js'
import { type RingOptions, ringFolder } from './ring-options.js'

/** The full fingerprints that names of contacts stand for; fingerprints stand for themselves. */
export async function fingerprintsOf(
  terminal: Terminal,
  options: RingOptions,
  names: readonly string[],
  use: ContactUse,
): Promise<readonly string[]> {
  const { Contacts, isContactName, parseFingerprint } = await import('@parasol/backend-gpg')
  const contacts = new Contacts(ringFolder(terminal, options))
  const found = names.map((name) => (isContactName(name) ? contacts.resolve(name, use) : [parseFingerprint(name)]))
  return (await Promise.all(found)).flat()
}
