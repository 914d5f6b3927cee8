import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CryptoRouter } from '@parasol/core'
import { type Answer, sendAnswer, sendRefusal } from './answer.js'
import type { Call } from './call.js'
import { type Caller, requirePermission } from './callers.js'
import { CONTEXT_HEADER, parseContextHeader } from './context-header.js'
import { Deadline } from './deadline.js'
import { HttpFault, refusalOf } from './http-fault.js'
import { parseFields } from './json-fields.js'
import type { ServiceLimits } from './limits.js'
import type { RateLimit } from './rate-limit.js'
import { readBody } from './read-body.js'
import { endpoints } from './record-endpoints.js'
import { parseRoute } from './route.js'

/** What is known of a request when it was answered: never a value. */
export interface RequestReport {
  readonly id: string
  readonly status: number
  /** `OK`, or the code of the refusal. */
  readonly outcome: string
  readonly caller?: string
  readonly useCase?: string
  readonly operation?: string
  readonly milliseconds: number
  /** Of failures that the operator must look into. */
  readonly error?: unknown
}

export interface AppOptions {
  readonly crypto: CryptoRouter
  readonly identify: (request: IncomingMessage) => Caller
  readonly rateLimit: RateLimit
  readonly limits: ServiceLimits
  readonly onRequest?: (report: RequestReport) => void
}

/** What a request turns out to be about, as far as it is let in. */
type Facts = { -readonly [Key in 'caller' | 'useCase' | 'operation']?: string }

/** Answers requests. It knows nothing of sockets, so that it is the whole service but for listening. */
export class App {
  readonly #options: AppOptions
  #underWay = 0
  #draining = false

  constructor(options: AppOptions) {
    this.#options = options
  }

  /** From now on `/readyz` says no, and whoever still calls is sent away. */
  drain(): void {
    this.#draining = true
  }

  /** Answers one request, whatever happens. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = randomUUID()
    const started = performance.now()
    const facts: Facts = {}
    this.#underWay += 1
    try {
      const answer = this.#probe(request) ?? (await this.#work(request, response, id, facts))
      if (this.#draining) response.setHeader('connection', 'close')
      sendAnswer(response, id, answer)
      this.#report({ id, status: answer.status ?? 200, outcome: 'OK', ...facts, milliseconds: since(started) })
    } catch (error) {
      const refusal = refusalOf(error)
      if (this.#draining || !request.complete) response.setHeader('connection', 'close')
      sendRefusal(response, id, refusal)
      const { status, code: outcome } = refusal
      const shown = status >= 500 ? { error } : {}
      this.#report({ id, status, outcome, ...facts, milliseconds: since(started), ...shown })
    } finally {
      this.#underWay -= 1
    }
  }

  /** What balancers and supervisors ask. */
  #probe({ url, method }: IncomingMessage): Answer | undefined {
    if (url !== '/healthz' && url !== '/readyz') return undefined
    if (method !== 'GET' && method !== 'HEAD') throw new HttpFault('METHOD_NOT_ALLOWED')
    const ready = url === '/healthz' || !this.#draining
    return { status: ready ? 200 : 503, body: JSON.stringify({ status: ready ? 'ok' : 'stopping' }) }
  }

  async #work(request: IncomingMessage, response: ServerResponse, id: string, facts: Facts): Promise<Answer> {
    const { crypto, identify, rateLimit, limits } = this.#options
    if (this.#draining || this.#underWay > limits.concurrent) throw new HttpFault('OVERLOADED')
    const caller = identify(request)
    facts.caller = caller.name
    const { useCase, operation } = parseRoute(request.method, request.url ?? '')
    Object.assign(facts, { useCase, operation })
    rateLimit.take(caller)
    requirePermission(caller, useCase, operation)
    const body = await readBody(request, limits.bodyBytes)
    const fields = parseFields(body, { what: 'The body', maxFields: limits.fields })
    const context = parseContextHeader(request.headers[CONTEXT_HEADER])
    using deadline = new Deadline(response, limits.workMs)
    const call: Call = { id, caller, useCase, operation, context, signal: deadline.signal }
    const result = await deadline.guard(endpoints[operation](crypto.for(useCase), fields, call))
    return { body: JSON.stringify(result) }
  }

  #report(report: RequestReport): void {
    this.#options.onRequest?.(report)
  }
}

function since(started: number): number {
  return performance.now() - started
}
