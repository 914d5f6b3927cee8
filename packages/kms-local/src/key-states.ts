import { KmsFault } from './faults.js'
import type { Key, KeyState } from './keys.js'

/** @throws KmsFault unless the key is enabled */
export function usable(key: Key): Key {
  if (key.metadata.state !== 'Enabled') throw new KmsFault(`Rejected.${key.metadata.state}`)
  return key
}

/** @throws KmsFault if the key waits for its deletion */
export function notPending(key: Key): Key {
  if (key.metadata.state === 'PendingDeletion') throw new KmsFault('Rejected.PendingDeletion')
  return key
}

export function inState(key: Key, states: readonly KeyState[]): Key {
  if (!states.includes(key.metadata.state)) throw new KmsFault('Rejected.StateModifiedFailed')
  return key
}

export function switched(key: Key, state: 'Enabled' | 'Disabled'): Key {
  inState(key, ['Enabled', 'Disabled'])
  return key.metadata.state === state ? key : key.with({ state })
}

export function deletionTime({ metadata: { deleteAt } }: Key): number {
  return deleteAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(deleteAt)
}

/** When the material of a key expires, in milliseconds; Infinity if it does not, or is not there. */
export function expiryTime({ metadata: { external, state } }: Key): number {
  if (external?.expires === undefined || state === 'PendingImport') return Number.POSITIVE_INFINITY
  return Date.parse(external.expires)
}

/** @throws KmsFault unless it is a name that an alias may have */
export function requireAlias(name: string): void {
  const sound = /^alias\/[\w/-]{1,249}$/.test(name)
  if (!sound) throw new KmsFault('InvalidParameter', 'AliasName')
  if (name.startsWith('alias/acs')) throw new KmsFault('Unsupported.Alias')
}
