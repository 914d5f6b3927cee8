import type { ServerResponse } from 'node:http'
import { HttpFault } from '../http-fault.js'

/** What ends a stream before its input does: its caller is gone or stands still, or the service stops. */
export class StreamEnding implements Disposable {
  readonly #controller = new AbortController()
  readonly #response: ServerResponse
  readonly #idleMs: number
  readonly #gone = (): void => this.#controller.abort(new HttpFault('BODY_INCOMPLETE'))

  constructor(response: ServerResponse, idleMs: number) {
    this.#response = response
    this.#idleMs = idleMs
    if (response.destroyed) this.#gone()
    response.on('close', this.#gone)
  }

  /** Aborted for the reason for which the stream ends. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** What is under way is answered first. */
  stop(): void {
    this.#controller.abort(new HttpFault('OVERLOADED'))
  }

  /** Waits for the caller, but not for ever. */
  async unlessIdle(event: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const idle = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#controller.abort(new HttpFault('REQUEST_TIMEOUT'))
        resolve()
      }, this.#idleMs)
    })
    await Promise.race([event, idle]).finally(() => clearTimeout(timer))
  }

  [Symbol.dispose](): void {
    this.#response.off('close', this.#gone)
  }
}
