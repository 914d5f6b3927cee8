import { CryptoError, throwIfAborted } from '@parasol/core'

interface Flight<Value> {
  readonly landing: Promise<Value>
  readonly controller: AbortController
  passengers: number
}

/** One call where many would be made at once: who asks for the same while it runs shares its result, or its failure. */
export class SingleFlight<Value extends Disposable> implements Disposable {
  readonly #flights = new Map<string, Flight<Value>>()

  /**
   * Starts the work, or joins it. One caller's abort fails that caller alone; the work is aborted when the last one has
   * left. The value is disposed of when all callers have used it.
   */
  async join<Result>(
    id: string,
    work: (signal: AbortSignal) => Promise<Value>,
    use: (value: Value) => Result,
    signal?: AbortSignal,
  ): Promise<Result> {
    throwIfAborted(signal)
    const flight = this.#flights.get(id) ?? this.#start(id, work)
    flight.passengers += 1
    try {
      return use(await orAborted(flight.landing, signal))
    } finally {
      flight.passengers -= 1
      if (flight.passengers === 0) this.#end(id, flight)
    }
  }

  /** Aborts what runs. */
  [Symbol.dispose](): void {
    for (const { controller } of this.#flights.values()) controller.abort()
  }

  #start(id: string, work: (signal: AbortSignal) => Promise<Value>): Flight<Value> {
    const controller = new AbortController()
    const landing = work(controller.signal).finally(() => this.#forget(id, flight))
    const flight: Flight<Value> = { landing, controller, passengers: 0 }
    this.#flights.set(id, flight)
    return flight
  }

  #end(id: string, flight: Flight<Value>): void {
    this.#forget(id, flight)
    flight.controller.abort()
    flight.landing.then(
      (value) => value[Symbol.dispose](),
      () => {},
    )
  }

  #forget(id: string, flight: Flight<Value>): void {
    if (this.#flights.get(id) === flight) this.#flights.delete(id)
  }
}

function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new CryptoError('ABORTED', 'The operation was aborted'))
    const settle = (): void => signal.removeEventListener('abort', abort)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(settle)
  })
}
