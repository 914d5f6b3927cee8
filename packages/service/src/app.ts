import type { IncomingMessage, ServerResponse } from 'node:http'
import { type CryptoRouter, nextTurn } from '@parasol/core'
import { type Answer, sendAnswer, sendRefusal } from './answer.js'
import { describe } from './api/descriptions.js'
import { atOnce } from './at-once.js'
import type { AuditEntry } from './audit-log.js'
import { formatOutcomes, type Item, isKept, type Outcome, parseBatch, workOnAll } from './batch.js'
import type { Call } from './call.js'
import { type Caller, type Operation, requirePermission } from './callers.js'
import { CONTEXT_HEADER, parseContextHeader } from './context-header.js'
import { Deadline } from './deadline.js'
import { HttpFault, refusalOf } from './http-fault.js'
import type { Identify, Identity } from './identify.js'
import type { Journal, Kept } from './journal.js'
import { parseFields } from './json-fields.js'
import type { ServiceLimits } from './limits.js'
import { breakOff } from './lines/line-answer.js'
import { hasLines, LineStreams } from './lines/line-streams.js'
import { Metrics } from './metrics.js'
import type { RateLimit } from './rate-limit.js'
import { readBody } from './read-body.js'
import { Readiness } from './readiness.js'
import { countFields, endpoints } from './record-endpoints.js'
import { requestIdOf } from './request-id.js'
import { parseRoute } from './route.js'
import type { StatsByName } from './stats-lines.js'

/** What is known of a request when it was answered: never a value. What is not known is empty. */
export interface RequestReport extends Omit<AuditEntry, 'time'> {
  readonly status: number
  readonly milliseconds: number
  /** Of failures that the operator must look into. */
  readonly error?: unknown
}

/** What can change while the service runs. */
export interface AppSettings {
  readonly identify: Identify
  readonly limits: ServiceLimits
  /** The use cases that somebody may encrypt for. */
  readonly encrypting: readonly string[]
}

export interface AppOptions extends AppSettings {
  readonly crypto: CryptoRouter
  readonly rateLimit: RateLimit
  readonly journal: Journal
  /** What the KMS and the schemes count, for `/metrics`. */
  readonly stats?: () => StatsByName
  /** Told of every request when it was answered. */
  readonly onRequest?: ((report: RequestReport) => void) | undefined
  /** Told of those only that failed for a reason that the operator must look into. */
  readonly onFailure?: ((report: RequestReport) => void) | undefined
}

/** What a request turns out to be about, as far as it is let in. */
interface Facts {
  readonly requestId: string
  caller: string
  operation: string
  useCase: string
  count: number
}

/** Answers requests. It knows nothing of sockets, so that it is the whole service but for listening. */
export class App {
  readonly #options: AppOptions
  readonly #metrics = new Metrics()
  readonly #readiness: Readiness
  readonly streams: LineStreams
  #settings: AppSettings
  #underWay = 0
  #draining = false

  constructor(options: AppOptions) {
    this.#options = options
    this.#settings = options
    this.streams = new LineStreams(options)
    this.#readiness = new Readiness({
      ...options,
      useCases: () => this.#settings.encrypting,
      freeBytes: () => this.#settings.limits.freeBytes,
    })
  }

  /** Takes effect with the next request. */
  change(settings: AppSettings): void {
    this.#settings = settings
  }

  /** From now on `/readyz` says no, and whoever still calls is sent away. */
  drain(): void {
    this.#draining = true
    this.streams.stop()
  }

  /** Answers one request, whatever happens. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const facts: Facts = { requestId: requestIdOf(request), caller: '', operation: '', useCase: '', count: 0 }
    const started = performance.now()
    this.#underWay += 1
    try {
      const answer = isProbe(request) ? await this.#probe(request) : await this.#work(request, response, facts)
      if (this.#draining && !response.headersSent) response.setHeader('connection', 'close')
      sendAnswer(response, facts.requestId, answer)
      this.#report(facts, started, { status: answer.status ?? 200, outcome: 'OK' }, answer.isStream)
    } catch (error) {
      await this.#refuse(request, response, facts, started, error)
    } finally {
      this.#underWay -= 1
    }
  }

  async #refuse(
    request: IncomingMessage,
    response: ServerResponse,
    facts: Facts,
    started: number,
    cause: unknown,
  ): Promise<void> {
    const error = await this.#keepRefusal(facts, cause)
    const refusal = refusalOf(error)
    const { status, code: outcome } = refusal
    const isStream = response.headersSent
    if (isStream) breakOff(response, facts.requestId, refusal)
    else if (this.#draining || !request.complete) response.setHeader('connection', 'close')
    if (!isStream) sendRefusal(response, facts.requestId, refusal)
    this.#report(facts, started, { status, outcome, ...(status >= 500 ? { error } : {}) }, isStream)
  }

  /** Gives the error to answer with: another one if the refusal cannot be kept. */
  async #keepRefusal(facts: Facts, error: unknown): Promise<unknown> {
    const { journal } = this.#options
    if (facts.caller === '') {
      if (error instanceof HttpFault && error.code === 'UNAUTHORIZED') journal.countStranger()
      return error
    }
    return journal.keepRefusal(facts, refusalOf(error).code).then(
      () => error,
      (unkept: unknown) => unkept,
    )
  }

  /** What balancers and supervisors ask. */
  async #probe({ url, method }: IncomingMessage): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD') throw new HttpFault('METHOD_NOT_ALLOWED')
    if (url === '/healthz') return { body: '{"status":"ok"}' }
    if (url !== '/readyz') return describe(url)
    if (this.#draining) return { status: 503, body: '{"status":"stopping"}' }
    const { ready, checks } = await this.#readiness.check()
    const body = JSON.stringify({ status: ready ? 'ok' : 'not ready', checks })
    return { status: ready ? 200 : 503, body }
  }

  async #work(request: IncomingMessage, response: ServerResponse, facts: Facts): Promise<Answer> {
    const { rateLimit } = this.#options
    const settings = this.#settings
    const { identify, limits } = settings
    if (this.#draining || this.#underWay > limits.concurrent) throw new HttpFault('OVERLOADED')
    if (request.headers.host === undefined && request.httpVersionMinor > 0) throw new HttpFault('MALFORMED_REQUEST')
    const identity = identify(request)
    const { caller, requireBody } = identity
    facts.caller = caller.name
    if (request.url === '/metrics') return this.#showMetrics(request, caller)
    const { useCase, operation, isBatch } = parseRoute(request.method, request.url ?? '')
    rateLimit.take(caller)
    facts.operation = operation
    facts.useCase = useCase.slice(0, MAX_NAME)
    requirePermission(caller, useCase, operation)
    if (isBatch && hasLines(request)) {
      const recheck = (): Caller =>
        this.#settings === settings ? caller : identifyAgain(this.#settings, request, identity, useCase, operation)
      return this.streams.answer({ request, response, identity, useCase, operation, limits, recheck, facts })
    }
    const body = await readBody(request, limits.bodyBytes)
    await nextTurn()
    requireBody?.(body)
    const items = isBatch ? parseBatch(body, { maxFields: limits.fields }) : [parseItem(request, body, limits)]
    facts.count = items.reduce((sum, { fields }) => sum + countFields(fields), 0)
    rateLimit.take(caller, items.length - 1)
    const call = { id: facts.requestId, caller, useCase, operation }
    const ready = isBatch ? undefined : this.#workAtOnce(call, items[0] as Item)
    const outcomes = ready ?? (await this.#workOn(call, items, isBatch, response))
    const kept = outcomes.filter(isKept)
    const durable = this.#options.journal.keep(call, facts, kept)
    if (durable) await durable
    return { body: isBatch ? formatOutcomes(outcomes) : (kept[0]?.answer ?? '') }
  }

  /** Without a promise, a timer or a signal, none of which one record needs whose keys are in memory. */
  #workAtOnce({ useCase, operation }: Call, item: Item): readonly Outcome[] | undefined {
    const answer = atOnce[operation](this.#options.crypto.for(useCase), item)
    return answer === undefined ? undefined : [{ context: item.context, answer }]
  }

  async #workOn(
    { useCase, operation }: Call,
    items: readonly Item[],
    isBatch: boolean,
    response: ServerResponse,
  ): Promise<readonly Outcome[]> {
    using deadline = new Deadline(response, this.#settings.limits.workMs)
    const cipher = this.#options.crypto.for(useCase)
    const work = async (item: Item): Promise<Kept> => {
      const result = await deadline.guard(endpoints[operation](cipher, item, deadline))
      return { context: item.context, answer: JSON.stringify(result) }
    }
    return isBatch ? await workOnAll(items, work) : [await work(items[0] as Item)]
  }

  async #showMetrics({ method }: IncomingMessage, { operations }: Caller): Promise<Answer> {
    if (!operations.includes('metrics')) throw new HttpFault('FORBIDDEN')
    if (method !== 'GET') throw new HttpFault('METHOD_NOT_ALLOWED')
    const { journal, stats } = this.#options
    const counted = stats?.() ?? { kms: {}, schemes: {} }
    const text = await this.#metrics.render(this.#underWay, journal.logs, counted)
    const body = [text, ...this.streams.metrics(), ''].join('\n')
    return { body, type: 'text/plain; version=0.0.4; charset=utf-8' }
  }

  #report(
    facts: Facts,
    started: number,
    result: Pick<RequestReport, 'status' | 'outcome' | 'error'>,
    isStream = false,
  ): void {
    const milliseconds = performance.now() - started
    const { operation, useCase } = facts
    this.#metrics.count({ operation, useCase, outcome: result.outcome, milliseconds }, isStream)
    const { onRequest, onFailure } = this.#options
    onRequest?.({ ...facts, ...result, milliseconds })
    if (result.status >= 500) onFailure?.({ ...facts, ...result, milliseconds })
  }
}

/** Whether it asks for nothing that takes a caller. */
function isProbe({ url }: IncomingMessage): boolean {
  return url === '/healthz' || url === '/readyz' || url === '/openapi.json' || url === '/docs'
}

/** No use case has a longer name, and a log is no place for more of what a caller makes up. */
const MAX_NAME = 128

/** A stream may last longer than the permission to it; what is signed was read to its end, and is let in once. */
function identifyAgain(
  { identify }: AppSettings,
  request: IncomingMessage,
  { caller, requireBody }: Identity,
  useCase: string,
  operation: Operation,
): Caller {
  if (requireBody) return caller
  const again = identify(request).caller
  if (again.name !== caller.name) throw new HttpFault('UNAUTHORIZED')
  requirePermission(again, useCase, operation)
  return again
}

function parseItem({ headers }: IncomingMessage, body: Buffer, limits: ServiceLimits): Item {
  const fields = parseFields(body, { what: 'The body', maxFields: limits.fields })
  return { fields, context: parseContextHeader(headers[CONTEXT_HEADER]) }
}
