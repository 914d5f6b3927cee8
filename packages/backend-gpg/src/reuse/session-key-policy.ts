import { CryptoError } from '@parasol/core'

/** How long session keys live. Without it each message has one of its own, and none is remembered. */
export interface SessionKeyPolicy {
  /** One session key for many messages to the same readers. */
  readonly reuse?: ReuseLimits | undefined
  /** Session keys of messages that were read, for further messages under them. */
  readonly remember?: RememberLimits | undefined
}

export interface ReuseLimits {
  readonly maxMessages?: number | undefined
  /** Of plaintext. A message that is larger by itself, and every stream, gets a session key of its own. */
  readonly maxBytes?: number | undefined
  readonly maxAgeSeconds?: number | undefined
}

export interface RememberLimits {
  readonly maxEntries?: number | undefined
  readonly maxAgeSeconds?: number | undefined
}

interface Range {
  readonly min: number
  readonly max: number
  readonly default: number
}

/**
 * What limits may be, and are by default:
 *
 * - `maxMessages`: who gets hold of one session key reads a thousand messages; a message then costs a thousandth of the
 *   work with the readers' public keys.
 * - `maxBytes`: the upper bound is 2^32 blocks, after which two of 128 bits are equal with a probability of 2^-65.
 * - `maxAgeSeconds`: so long does a session key lie in memory.
 * - `maxEntries`: a session key takes less than 1 KiB.
 */
export const SESSION_KEY_LIMITS = {
  maxMessages: { min: 1, max: 1_000_000, default: 1000 },
  maxBytes: { min: 1, max: 2 ** 36, default: 2 ** 26 },
  maxAgeSeconds: { min: 1, max: 86_400, default: 300 },
  maxEntries: { min: 1, max: 100_000, default: 1000 },
} as const satisfies Record<string, Range>

/**
 * The limit, or its default.
 *
 * @throws CryptoError INVALID_CONFIG that names its range
 */
export function sessionKeyLimit(name: keyof typeof SESSION_KEY_LIMITS, value: number | undefined): number {
  const range: Range = SESSION_KEY_LIMITS[name]
  if (value === undefined) return range.default
  if (Number.isInteger(value) && value >= range.min && value <= range.max) return value
  throw new CryptoError('INVALID_CONFIG', `sessionKeys: ${name} is an integer from ${range.min} to ${range.max}`)
}
