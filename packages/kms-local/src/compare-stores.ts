import { timingSafeEqual } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Key } from './keys.js'
import type { StoreState } from './store-state.js'

/** How a backup and a store differ. Everything is named as people name it: `key …`, `version … of key …`, `alias/app`. */
export interface StoreComparison {
  /** In the store and not in the backup: made since, and lost if the store is. */
  readonly missing: readonly string[]
  /** In both, and not the same: changed since. */
  readonly changed: readonly string[]
  /** In the backup and not in the store: destroyed or taken away since. */
  readonly gone: readonly string[]
}

/** Every key, version, alias, access key, user and role of the one against the other. */
export function compareStores(backup: StoreState, store: StoreState): StoreComparison {
  const [ofBackup, ofStore] = [partsOf(backup), partsOf(store)]
  return {
    missing: [...ofStore.keys()].filter((name) => !ofBackup.has(name)),
    changed: [...ofStore].filter(([name, part]) => isOther(part, ofBackup.get(name))).map(([name]) => name),
    gone: [...ofBackup.keys()].filter((name) => !ofStore.has(name)),
  }
}

/** What a part says of itself, and its secret, if it has one. */
interface Part {
  readonly facts: unknown
  readonly secret?: Uint8Array
}

function partsOf({ keys, aliases, accessKeys, principals }: StoreState): ReadonlyMap<string, Part> {
  return new Map<string, Part>([
    ...[...keys.values()].flatMap(partsOfKey),
    ...[...aliases.values()].map(({ name, keyId }): [string, Part] => [name, { facts: keyId }]),
    ...[...accessKeys.values()].map(({ id, secret, ...facts }): [string, Part] => [
      `access key ${id}`,
      { facts, secret: Buffer.from(secret) },
    ]),
    ...[...principals.values()].map(({ type, name, ...facts }): [string, Part] => [`${type} ${name}`, { facts }]),
  ])
}

/** Its versions are parts of their own. */
function partsOfKey(key: Key): [name: string, part: Part][] {
  const { id, versions, ...facts } = key.metadata
  return [
    [`key ${id}`, { facts }],
    ...versions.map((version): [string, Part] => {
      const secret = key.material(version.id)
      return [`version ${version.id} of key ${id}`, { facts: version, ...(secret ? { secret } : {}) }]
    }),
  ]
}

function isOther(part: Part, other: Part | undefined): boolean {
  if (!other) return false
  const [secret, otherSecret] = [part.secret ?? new Uint8Array(), other.secret ?? new Uint8Array()]
  const isSame = secret.length === otherSecret.length && timingSafeEqual(secret, otherSecret)
  return !isSame || !isDeepStrictEqual(part.facts, other.facts)
}
