import { randomUUID } from 'node:crypto'
import { KmsFault } from './faults.js'
import { specOf } from './key-specs.js'
import { usable } from './key-states.js'
import { type Key, timestamp } from './keys.js'

const DAY_SECONDS = 86_400
const UNIT_SECONDS: Readonly<Record<string, number>> = { d: DAY_SECONDS, h: 3600, m: 60, s: 1 }
const MIN_SECONDS = 7 * DAY_SECONDS
const MAX_SECONDS = 730 * DAY_SECONDS
/** A year. */
export const DEFAULT_ROTATION_SECONDS = 365 * DAY_SECONDS

/** Reads an interval such as `30d` or `2592000s`. @throws KmsFault unless it is from 7 to 730 days */
export function parseInterval(text: string): number {
  const [, number, unit = ''] = /^(\d{1,8})([dhms])$/.exec(text) ?? []
  const seconds = Number(number) * (UNIT_SECONDS[unit] ?? Number.NaN)
  if (seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) return seconds
  throw new KmsFault('InvalidParameter', 'RotationInterval')
}

/** When the key's policy makes its next version, in milliseconds; Infinity if it makes none, or not in this state. */
export function nextRotation({ metadata, primaryVersion }: Key): number {
  if (metadata.rotationSeconds === undefined || metadata.state !== 'Enabled') return Number.POSITIVE_INFINITY
  return Date.parse(primaryVersion.created) + metadata.rotationSeconds * 1000
}

/** The key with a new version, which encrypts from then on; the old ones go on decrypting. */
export async function rotate(key: Key, now: Date): Promise<Key> {
  const { generate, maxVersions } = specOf(key)
  if (key.metadata.external) throw new KmsFault('Unsupported.Origin')
  if (key.metadata.versions.length >= maxVersions) throw new KmsFault('Rejected.LimitExceeded')
  const material = await generate()
  const rotated = key.withVersion({ id: randomUUID(), created: timestamp(now) }, material)
  material.fill(0)
  return rotated
}

/**
 * The key with another policy, or with none.
 *
 * @throws KmsFault unless it is enabled, this service makes the material of its versions, and they are symmetric
 */
export function withRotation(key: Key, interval: string | undefined): Key {
  const rotationSeconds = interval === undefined ? undefined : parseInterval(interval)
  if (usable(key).metadata.external) throw new KmsFault('Unsupported.Origin')
  if (!specOf(key).blob) throw new KmsFault('UnsupportedOperation')
  return key.with({ rotationSeconds })
}
