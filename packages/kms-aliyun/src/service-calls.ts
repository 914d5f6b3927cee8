import { type CallOptions, type CryptoError, type Stats, throwIfAborted } from '@parasol/core'
import { toCryptoError } from './aliyun-errors.js'
import { Resilience, type ResilienceOptions } from './resilience.js'
import type { Answer, Parameters, Transport } from './transport.js'

/** A new RSA key of 4,096 bits may take the service that long. */
const CHANGE_TIMEOUT_MS = 30_000

/** Calls of the service over a transport, with deadlines and retries. Errors are CryptoErrors, and repeat nothing. */
export class ServiceCalls {
  readonly #transport: Transport
  readonly #asking: Attempts
  readonly #changing: Attempts

  constructor(transport: Transport, options: Required<ResilienceOptions>) {
    this.#transport = transport
    this.#asking = attempts(options)
    const timeoutMs = Math.max(CHANGE_TIMEOUT_MS, options.totalTimeoutMs)
    this.#changing = attempts({ ...options, attemptTimeoutMs: timeoutMs, totalTimeoutMs: timeoutMs }, isSurelyNotDone)
  }

  /** For what may be asked as often as one likes. */
  ask<T>(action: string, parameters: Parameters, read: (answer: Answer) => T, options?: CallOptions): Promise<T> {
    return this.#call(this.#asking, action, parameters, read, options)
  }

  /** For what changes something: repeated only while the service surely has not done it. */
  change<T>(action: string, parameters: Parameters, read: (answer: Answer) => T, options?: CallOptions): Promise<T> {
    return this.#call(this.#changing, action, parameters, read, options)
  }

  /** Of what was asked: calls, attempts and failures, and whether the circuit breaker refuses calls. */
  stats(): Stats {
    return this.#asking.resilience.stats()
  }

  async #call<T>(
    { resilience, timeoutMs }: Attempts,
    action: string,
    parameters: Parameters,
    read: (answer: Answer) => T,
    options: CallOptions | undefined,
  ): Promise<T> {
    throwIfAborted(options?.signal)
    await this.#transport.prepare()
    const attempt = async (signal: AbortSignal): Promise<T> => {
      try {
        const answer = await this.#transport.call(action, parameters, signal, timeoutMs)
        // Of an answer that came too late nobody would zero the key.
        if (signal.aborted) answer.plaintext?.fill(0)
        throwIfAborted(signal)
        return read(answer)
      } catch (error) {
        throw toCryptoError(action, error)
      }
    }
    return resilience.execute(attempt, options?.signal)
  }
}

interface Attempts {
  readonly resilience: Resilience
  readonly timeoutMs: number
}

function attempts(options: Required<ResilienceOptions>, isRepeatable?: (error: CryptoError) => boolean): Attempts {
  return { resilience: new Resilience(options, isRepeatable), timeoutMs: options.attemptTimeoutMs }
}

/** It was throttled, or nobody was there to ask. */
function isSurelyNotDone({ code, reason = '' }: CryptoError): boolean {
  return code === 'THROTTLED' || ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(reason)
}
