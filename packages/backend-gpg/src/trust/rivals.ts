import type { KeySummary } from '../key-summary.js'
import type { Contact } from './contacts.js'

/** A key that carries the address of a contact's pinned key, and is another one. */
export interface Rival {
  readonly contact: string
  readonly pinned: string
  readonly fingerprint: string
}

/**
 * Which of some keys could be taken for those of contacts: a new key of theirs, or somebody else's attempt. Contacts keep
 * the keys that they have.
 */
export function findRivals(
  fingerprints: readonly string[],
  ring: readonly KeySummary[],
  contacts: Readonly<Record<string, Contact>>,
): readonly Rival[] {
  const addresses = new Map(ring.map((key) => [key.fingerprint, new Set(key.userIds.map(addressOf))]))
  const isRival = (pinned: string, other: string): boolean => {
    const theirs = addresses.get(pinned)
    return pinned !== other && [...(addresses.get(other) ?? [])].some((address) => theirs?.has(address))
  }
  return Object.entries(contacts).flatMap(([contact, { encrypt, verify }]) => {
    const pins = [...new Set([...encrypt, ...verify])]
    const strangers = fingerprints.filter((fingerprint) => !pins.includes(fingerprint))
    return pins.flatMap((pinned) =>
      strangers
        .filter((fingerprint) => isRival(pinned, fingerprint))
        .map((fingerprint) => ({ contact, pinned, fingerprint })),
    )
  })
}

/** What stands between angle brackets, or all of a user id that has none. */
function addressOf(userId: string): string {
  return (/<([^<>]+)>\s*$/.exec(userId)?.[1] ?? userId).toLowerCase()
}
