import { CryptoError } from '../errors.js'

/** Why a log cannot be written, told once until it can again. */
export class LogTrouble {
  readonly #onTrouble: ((error: CryptoError) => void) | undefined
  #current: CryptoError | undefined

  constructor(onTrouble: ((error: CryptoError) => void) | undefined) {
    this.#onTrouble = onTrouble
  }

  /** Why the last write failed, until one succeeds. */
  get current(): CryptoError | undefined {
    return this.#current
  }

  /** A write failed. */
  began(cause: unknown): void {
    const isNew = !this.#current
    this.#current = toError(cause)
    if (isNew) this.tell(this.#current)
  }

  /** A write succeeded. */
  ended(): void {
    this.#current = undefined
  }

  /** Tells of something that does not keep the log from being written. */
  tell(cause: unknown): void {
    this.#onTrouble?.(toError(cause))
  }
}

function toError(cause: unknown): CryptoError {
  return CryptoError.is(cause) ? cause : new CryptoError('INTERNAL', 'The log failed', { cause })
}
