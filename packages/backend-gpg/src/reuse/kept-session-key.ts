import type { WrittenSessionKey } from '../write-message.js'
import type { SessionKeyLease } from './session-key-source.js'

/** How much one session key may encrypt. */
export interface Allowance {
  readonly maxMessages: number
  readonly maxBytes: number
}

/** A session key that stays in memory. Disposal withdraws it: it is zeroed as soon as no message is written with it. */
export class KeptSessionKey implements Disposable {
  readonly #sessionKey: Uint8Array
  readonly #written: WrittenSessionKey
  #messagesLeft: number
  #bytesLeft: number
  #leases = 0
  #withdrawn = false

  /** Takes the key over. */
  constructor(sessionKey: Uint8Array, written: WrittenSessionKey, { maxMessages, maxBytes }: Allowance) {
    this.#sessionKey = sessionKey
    this.#written = written
    this.#messagesLeft = maxMessages
    this.#bytesLeft = maxBytes
  }

  /** For a message of so many bytes; undefined if the allowance does not reach, or the key was withdrawn. */
  take(bytes: number): SessionKeyLease | undefined {
    if (this.#withdrawn || this.#messagesLeft < 1 || this.#bytesLeft < bytes) return undefined
    this.#messagesLeft -= 1
    this.#bytesLeft -= bytes
    this.#leases += 1
    let open = true
    return {
      sessionKey: this.#sessionKey,
      written: this.#written,
      [Symbol.dispose]: () => {
        if (open) this.#release()
        open = false
      },
    }
  }

  [Symbol.dispose](): void {
    this.#withdrawn = true
    this.#zeroIfDone()
  }

  #release(): void {
    this.#leases -= 1
    this.#zeroIfDone()
  }

  #zeroIfDone(): void {
    if (this.#withdrawn && this.#leases === 0) this.#sessionKey.fill(0)
  }
}
