import { randomFillSync } from 'node:crypto'
import { allocateSecret, DATA_KEY_BYTES } from '@parasol/core'
import type { PublicKey } from 'openpgp'
import type { Profile } from '../profile.js'
import type { WrittenSessionKey } from '../write-message.js'

/** Those who can open a message. */
export interface Addressees {
  readonly profile: Profile
  readonly recipients: readonly PublicKey[]
  /** Each of them opens the message as well. */
  readonly passwords: readonly string[]
  /** Whether the session keys do not say whose they are. */
  readonly hidden: boolean
}

/** A session key for one message; disposal gives it back, or zeroes it. */
export interface SessionKeyLease extends Disposable {
  readonly sessionKey: Uint8Array
  /** What holds it for the addressees, if that was written before. */
  readonly written?: WrittenSessionKey
}

/** Where the session keys of new messages come from. */
export interface SessionKeySource extends Disposable {
  /** @throws CryptoError KEY_UNUSABLE for an expired, revoked, weak or unfit key of a recipient; CLOSED */
  forMessage(addressees: Addressees, bytes: number): Promise<SessionKeyLease>
}

/** A session key that no other message has. */
export function freshSessionKey(): SessionKeyLease {
  const sessionKey = randomFillSync(allocateSecret(DATA_KEY_BYTES))
  return { sessionKey, [Symbol.dispose]: () => void sessionKey.fill(0) }
}

/** Each message has its own. */
export const freshSessionKeys: SessionKeySource = {
  forMessage: async () => freshSessionKey(),
  [Symbol.dispose]: () => undefined,
}
