import { createHash } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { allocateSecret, BoundedCache } from '@parasol/core'
import type { SessionKey } from 'openpgp'
import type { MessageMemory } from '../session-keys.js'
import { type RememberLimits, sessionKeyLimit } from './session-key-policy.js'

/**
 * The session keys of messages that were read and accepted, by the packets that held them, so that further messages under
 * them take no work with a secret key. Bounded in number and age; zeroed when they leave.
 */
export class SessionKeyMemory implements Disposable {
  readonly #kept: BoundedCache<Remembered>
  #closed = false

  /** @param now milliseconds of a clock that never goes backwards @throws CryptoError INVALID_CONFIG */
  constructor(limits: RememberLimits, now: () => number = () => performance.now()) {
    const maxEntries = sessionKeyLimit('maxEntries', limits.maxEntries)
    const maxAgeSeconds = sessionKeyLimit('maxAgeSeconds', limits.maxAgeSeconds)
    this.#kept = new BoundedCache({ maxEntries, maxAgeSeconds, now })
  }

  get size(): number {
    return this.#kept.size
  }

  /** What is known of the message that begins with these packets. What is remembered keeps its age. */
  of(preamble: Uint8Array): MessageMemory {
    const id = idOf(preamble)
    return {
      recall: () => this.#kept.get(id)?.copies(),
      remember: (candidates) => {
        if (!this.#closed && !this.#kept.get(id)) this.#kept.set(id, new Remembered(candidates))
      },
    }
  }

  [Symbol.dispose](): void {
    this.#closed = true
    this.#kept[Symbol.dispose]()
  }
}

class Remembered implements Disposable {
  readonly #candidates: readonly SessionKey[]

  constructor(candidates: readonly SessionKey[]) {
    this.#candidates = candidates.map(copyOf)
  }

  copies(): SessionKey[] {
    return this.#candidates.map(copyOf)
  }

  [Symbol.dispose](): void {
    for (const { data } of this.#candidates) data.fill(0)
  }
}

function copyOf(key: SessionKey): SessionKey {
  const data = allocateSecret(key.data.length)
  data.set(key.data)
  return { ...key, data }
}

/** All of the packets, so that one of them which was put before another message makes it another message. */
function idOf(preamble: Uint8Array): string {
  return createHash('sha256').update(preamble).digest('base64')
}
