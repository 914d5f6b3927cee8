import { CryptoError } from '@parasol/core'

/** How long data keys live. `per-record`: each record has one of its own, which is destroyed at once. */
export type DataKeyPolicy = 'per-record' | { readonly perRecord: PrefetchLimits } | { readonly reuse: ReuseLimits }

/** One data key for each record still, but fetched in advance, so that a record need not wait for the KMS. */
export interface PrefetchLimits {
  /** How many data keys of each purpose are ready. */
  readonly prefetch: number
  /** After which one that was not used is destroyed. */
  readonly maxAgeSeconds?: number | undefined
}

/** One data key for many records, each of which has a key of its own that is derived from it. */
export interface ReuseLimits {
  readonly maxRecords?: number | undefined
  /** Of plaintext. A record that is larger by itself gets a data key of its own. */
  readonly maxBytes?: number | undefined
  readonly maxAgeSeconds?: number | undefined
  /** How much longer keys serve while the KMS cannot be reached. Records and bytes remain limited. */
  readonly maxStaleSeconds?: number | undefined
  /** How many keys are kept to encrypt with: one for each purpose and partition. The rest have to be fetched again. */
  readonly maxKeys?: number | undefined
  /** A key of the context, such as `tenantId`: records that differ in it do not share a data key. */
  readonly partitionBy?: string | undefined
  /** Keys that are kept to decrypt with. */
  readonly decrypt?: DecryptLimits | undefined
}

export interface DecryptLimits {
  readonly maxEntries?: number | undefined
  readonly maxAgeSeconds?: number | undefined
}

/** The key of the context by which a policy sets records apart. */
export function partitionKeyOf(policy: DataKeyPolicy): string | undefined {
  return typeof policy === 'object' && 'reuse' in policy ? policy.reuse.partitionBy : undefined
}

interface Range {
  readonly min: number
  readonly max: number
  readonly default: number
}

const DAYS = 86_400

/**
 * What limits may be, and are by default:
 *
 * - `maxRecords`: who gets hold of one data key reads ten thousand records; at a thousand records a second it is one KMS
 *   call in ten seconds. The upper bound keeps salts of 24 random bytes apart beyond doubt.
 * - `maxBytes`: bounds the loss where records are files.
 * - `maxAgeSeconds`: so long does a process go on without the KMS noticing, after its access was revoked there.
 * - `maxStaleSeconds`: none, because serving without the KMS's consent is the operator's decision.
 * - `maxKeys`, `maxEntries`: a key takes some 500 bytes with its list, so that the default is half a megabyte.
 */
export const LIMITS = {
  prefetch: { min: 1, max: 1000, default: 8 },
  maxRecords: { min: 1, max: 2 ** 32, default: 10_000 },
  maxBytes: { min: 1, max: 2 ** 50, default: 2 ** 30 },
  maxAgeSeconds: { min: 1, max: 7 * DAYS, default: 300 },
  maxStaleSeconds: { min: 0, max: 7 * DAYS, default: 0 },
  maxKeys: { min: 1, max: 100_000, default: 1000 },
  maxEntries: { min: 1, max: 100_000, default: 1000 },
} as const satisfies Record<string, Range>

/**
 * The limit, or its default.
 *
 * @throws CryptoError INVALID_CONFIG that names its range
 */
export function limitOf(name: keyof typeof LIMITS, value: number | undefined): number {
  const range: Range = LIMITS[name]
  if (value === undefined) return range.default
  if (Number.isInteger(value) && value >= range.min && value <= range.max) return value
  throw new CryptoError('INVALID_CONFIG', `dataKeys: ${name} is an integer from ${range.min} to ${range.max}`)
}
