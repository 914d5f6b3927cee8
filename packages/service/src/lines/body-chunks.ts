import type { IncomingMessage } from 'node:http'
import type { StreamEnding } from './stream-ending.js'

const EVENTS = ['readable', 'end', 'error', 'close'] as const

/** The body of a request piece by piece. What nobody asks for is not read, so that whoever sends it has to wait. */
export class BodyChunks implements Disposable {
  readonly #request: IncomingMessage
  readonly #ending: StreamEnding
  #wake = (): void => undefined
  readonly #onEvent = (): void => this.#wake()

  constructor(request: IncomingMessage, ending: StreamEnding) {
    this.#request = request
    this.#ending = ending
    for (const event of EVENTS) request.on(event, this.#onEvent)
    ending.signal.addEventListener('abort', this.#onEvent)
  }

  /** Undefined at the end. @throws HttpFault why the stream ends before */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      this.#ending.signal.throwIfAborted()
      const chunk: Buffer | null = this.#request.read()
      if (chunk !== null) return chunk
      if (this.#request.readableEnded) return undefined
      await this.#ending.unlessIdle(
        new Promise<void>((resolve) => {
          this.#wake = resolve
        }),
      )
    }
  }

  [Symbol.dispose](): void {
    for (const event of EVENTS) if (event !== 'error') this.#request.off(event, this.#onEvent)
    this.#ending.signal.removeEventListener('abort', this.#onEvent)
  }
}
