import { setMaxListeners } from 'node:events'
import type { ServerResponse } from 'node:http'
import { CryptoError } from '@parasol/core'

/** Aborts work for a caller that is gone, and work that takes too long. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #response: ServerResponse
  readonly #abort = (): void => this.#controller.abort()
  #passed = false

  constructor(response: ServerResponse, milliseconds: number) {
    this.#response = response
    // Every record of a batch listens.
    setMaxListeners(0, this.#controller.signal)
    this.#timer = setTimeout(() => {
      this.#passed = true
      this.#abort()
    }, milliseconds)
    response.on('close', this.#abort)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** @throws CryptoError TIMEOUT if it was this deadline that aborted the work */
  async guard<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (cause) {
      if (this.#passed) throw new CryptoError('TIMEOUT', 'The work took too long', { cause })
      throw cause
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#response.off('close', this.#abort)
  }
}
