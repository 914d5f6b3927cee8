import { setTimeout as delay } from 'node:timers/promises'
import type { EncryptionContext } from '@parasol/core'
import { type SigningKey, signRequest } from '../message-signature.js'
import { readAnswer, unanswered } from './answers.js'
import { exchangeLines, formatLines, linePieces } from './exchange-lines.js'
import { ServiceError } from './service-error.js'

export interface ServiceClientOptions {
  /** Where the service listens, such as `https://crypto.internal:8443`. */
  readonly url: string
  /** How it knows this caller: an API key or what signs requests. Without either the certificate of `fetch` counts, if any. */
  readonly credentials?: { readonly apiKey: string } | SigningKey | undefined
  /** Milliseconds in which each attempt must be answered; 10,000 by default. */
  readonly timeoutMs?: number
  /** How often a request is sent again that may succeed later; 2 by default. */
  readonly retries?: number
  /** In place of Node's own: with an authority of your own, a proxy or a client certificate. */
  readonly fetch?: typeof fetch
}

export type FlatFields = Readonly<Record<string, string>>
/** An encrypted record: the same fields, and the green key that they need to be read. */
export type WithKey<Fields extends FlatFields> = {
  readonly [Name in keyof Fields | 'kms_encrypt_key']: string
}

export type Rewrapped = { readonly kms_encrypt_key: string }

export interface BatchItem<Fields extends FlatFields> {
  readonly fields: Fields
  readonly context?: EncryptionContext
}

/** As many as there are. */
export type Items<Fields extends FlatFields> = Iterable<BatchItem<Fields>> | AsyncIterable<BatchItem<Fields>>

export type BatchResult<Result> = { readonly record: Result } | { readonly error: { code: string; message: string } }

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined
  /** What the logs of the service call the request: up to 128 letters, digits, `.`, `_` and `-`. */
  readonly requestId?: string | undefined
}

/**
 * Calls a Parasol service. Contexts are facts that are not secret and must be the same to decrypt.
 *
 * What may succeed later is sent again, after a pause that grows. All
 * methods throw ServiceError, and the reason of a signal that is aborted.
 */
export class ServiceClient {
  readonly #options: ServiceClientOptions

  constructor(options: ServiceClientOptions) {
    this.#options = options
  }

  encrypt<const Fields extends FlatFields>(
    useCase: string,
    fields: Fields,
    context: EncryptionContext,
    options?: RequestOptions,
  ): Promise<WithKey<Fields>> {
    return this.#send(`${useCasePath(useCase)}/encrypt`, fields, { ...options, context })
  }

  /** Takes a record, or some of its fields with the green key. */
  decrypt<Fields extends FlatFields>(
    useCase: string,
    record: Fields,
    context: EncryptionContext,
    options?: RequestOptions,
  ): Promise<{ readonly [Name in Exclude<keyof Fields, 'kms_encrypt_key'>]: string }> {
    return this.#send(`${useCasePath(useCase)}/decrypt`, record, { ...options, context })
  }

  /** The green key under the newest version of its KMS key; the fields stay as they are. */
  rewrap(
    useCase: string,
    { kms_encrypt_key }: Rewrapped,
    context: EncryptionContext,
    options?: RequestOptions,
  ): Promise<Rewrapped> {
    return this.#send(`${useCasePath(useCase)}/rewrap`, { kms_encrypt_key }, { ...options, context })
  }

  /** A result or an error for each, in the same order. */
  encryptMany<Fields extends FlatFields>(
    useCase: string,
    items: readonly BatchItem<Fields>[],
    options?: RequestOptions,
  ): Promise<readonly BatchResult<WithKey<Fields>>[]> {
    return this.#send(`${useCasePath(useCase)}/encrypt/batch`, items, options)
  }

  /** A result or an error for each, in the same order. */
  decryptMany<Fields extends FlatFields>(
    useCase: string,
    items: readonly BatchItem<Fields>[],
    options?: RequestOptions,
  ): Promise<readonly BatchResult<Readonly<Record<string, string>>>[]> {
    return this.#send(`${useCasePath(useCase)}/decrypt/batch`, items, options)
  }

  /**
   * Encrypts as many as there are: a result or an error for each, in the same order, as they come. Items are taken from
   * `items` as fast as results are taken from here. Nothing is sent again; a stream that ends before its items do throws.
   */
  encryptLines<Fields extends FlatFields>(
    useCase: string,
    items: Items<Fields>,
    options?: RequestOptions,
  ): AsyncGenerator<BatchResult<WithKey<Fields>>, void, undefined> {
    return this.#exchange(`${useCasePath(useCase)}/encrypt/batch`, items, options)
  }

  /** As `encryptLines`. */
  decryptLines<Fields extends FlatFields>(
    useCase: string,
    items: Items<Fields>,
    options?: RequestOptions,
  ): AsyncGenerator<BatchResult<Readonly<Record<string, string>>>, void, undefined> {
    return this.#exchange(`${useCasePath(useCase)}/decrypt/batch`, items, options)
  }

  /** As `encryptLines`, of records of which only the green key is there. */
  rewrapLines(
    useCase: string,
    items: Items<Rewrapped>,
    options?: RequestOptions,
  ): AsyncGenerator<BatchResult<Rewrapped>, void, undefined> {
    return this.#exchange(`${useCasePath(useCase)}/rewrap/batch`, items, options)
  }

  /** What is signed has to be whole, so that it goes in pieces. */
  async *#exchange<Result>(path: string, items: Items<FlatFields>, options: RequestOptions = {}) {
    const { url, timeoutMs = 10_000, fetch: send = fetch, credentials } = this.#options
    const target = new URL(path, url)
    const bodies = credentials && 'secret' in credentials ? linePieces(items) : [formatLines(items)]
    for await (const body of bodies) {
      const signed = this.#headers(target.pathname, typeof body === 'string' ? body : '', undefined)
      const headers = { ...nameOf(options.requestId), ...signed }
      yield* exchangeLines<Result>(body, { target, send, headers, timeoutMs, signal: options.signal })
    }
  }

  async #send<Result>(path: string, body: unknown, options: SendOptions = {}): Promise<Result> {
    const { retries = 2 } = this.#options
    for (let attempt = 0; ; attempt += 1) {
      options.signal?.throwIfAborted()
      const answer = await this.#attempt(path, JSON.stringify(body), options)
      if (!(answer instanceof ServiceError)) return answer as Result
      options.signal?.throwIfAborted()
      if (!answer.retryable || attempt >= retries) throw answer
      await pause(attempt, options.signal)
    }
  }

  /** Signed anew each time, because the service lets a signature in once. */
  async #attempt(path: string, body: string, { context, signal, requestId }: SendOptions): Promise<unknown> {
    const { url, timeoutMs = 10_000, fetch: send = fetch } = this.#options
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const target = new URL(path, url)
      const response = await send(target, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...nameOf(requestId),
          ...this.#headers(target.pathname, body, context),
        },
        body,
        redirect: 'error',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      })
      return await readAnswer(response)
    } catch (cause) {
      return unanswered(cause, timeout.aborted)
    }
  }

  #headers(path: string, body: string, context: EncryptionContext | undefined): Record<string, string> {
    const encoded = context && Buffer.from(JSON.stringify(context)).toString('base64url')
    const ofContext = encoded === undefined ? {} : { 'parasol-context': encoded }
    const { credentials } = this.#options
    if (!credentials) return ofContext
    if ('apiKey' in credentials) return { ...ofContext, authorization: `Bearer ${credentials.apiKey}` }
    return { ...ofContext, ...signRequest({ method: 'POST', path, body, context: encoded }, credentials) }
  }
}

interface SendOptions extends RequestOptions {
  readonly context?: EncryptionContext
}

function nameOf(requestId: string | undefined): Record<string, string> {
  return requestId === undefined ? {} : { 'x-request-id': requestId }
}

function useCasePath(useCase: string): string {
  return `/v1/${encodeURIComponent(useCase)}`
}

/** Twice as long each time, and never twice the same; it ends when the signal is aborted. */
async function pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
  const milliseconds = 2 ** attempt * (100 + Math.random() * 100)
  await delay(milliseconds, undefined, signal ? { signal } : {}).catch(() => undefined)
}
