import type { IncomingMessage, RequestListener } from 'node:http'
import type { Attributes, Span } from '@opentelemetry/api'
import { type KmsCall, kmsCalls } from '@parasol/core'
import type { RequestReport } from '../app.js'
import { isOperation } from '../callers.js'
import { type LogCommit, logCommits } from '../log-commits.js'

type Api = typeof import('@opentelemetry/api')

/**
 * The spans of the service, where its process has OpenTelemetry. They say what was asked, by whom, and what came of it:
 * never a value.
 */
export class Tracing implements AsyncDisposable {
  readonly #api: Api
  readonly #own = new WeakSet<Span>()
  readonly #onKms = (call: unknown): void => this.#tellKms(call as KmsCall)
  readonly #onCommit = (commit: unknown): void => this.#tellCommit(commit as LogCommit)

  constructor(api: Api) {
    this.#api = api
    kmsCalls.subscribe(this.#onKms)
    logCommits.subscribe(this.#onCommit)
  }

  /** A span for each request, within the trace that the caller says it belongs to. */
  readonly around = (handle: RequestListener): RequestListener => {
    const { context, trace, propagation, SpanKind } = this.#api
    return (request, response) => {
      const around = trace.getActiveSpan()
      const parent = around ? context.active() : propagation.extract(context.active(), request.headers)
      const kind = around ? SpanKind.INTERNAL : SpanKind.SERVER
      const { name, attributes } = requested(request)
      const span = this.#tracer.startSpan(name, { kind, attributes }, parent)
      this.#own.add(span)
      response.on('close', () => span.end())
      context.with(trace.setSpan(parent, span), () => handle(request, response))
    }
  }

  /** What became of the request that is worked on. */
  readonly report = (report: RequestReport): void => {
    const { operation, useCase, outcome, status, count, requestId, caller } = report
    const span = this.#api.trace.getActiveSpan()
    if (!span || !this.#own.has(span)) return
    const attributes: Attributes = {
      'http.response.status_code': status,
      'parasol.request_id': requestId,
      'parasol.outcome': outcome,
      ...(operation ? { 'parasol.operation': operation, 'parasol.count': count } : {}),
      ...(caller ? { 'parasol.caller': caller } : {}),
      // What a caller makes up is no name.
      ...(useCase && outcome !== 'FORBIDDEN' ? { 'parasol.use_case': useCase } : {}),
      ...(status >= 500 ? { 'error.type': outcome } : {}),
    }
    span.setAttributes(attributes)
    if (status >= 500) span.setStatus({ code: this.#api.SpanStatusCode.ERROR })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    kmsCalls.unsubscribe(this.#onKms)
    logCommits.unsubscribe(this.#onCommit)
  }

  get #tracer() {
    return this.#api.trace.getTracer(NAME)
  }

  #tellKms({ kms, operation, ended }: KmsCall): void {
    const attributes = { 'parasol.kms': kms, 'parasol.kms.operation': operation }
    const span = this.#tracer.startSpan(`kms ${operation}`, { kind: this.#api.SpanKind.CLIENT, attributes })
    void this.#end(span, ended)
  }

  #tellCommit({ lines, ended }: LogCommit): void {
    const span = this.#tracer.startSpan('log commit', { attributes: { 'parasol.log.lines': lines } })
    void this.#end(span, ended)
  }

  async #end(span: Span, ended: Promise<{ readonly error?: unknown }>): Promise<void> {
    const { error } = await ended
    if (error !== undefined) {
      const { code } = Object(error) as { code?: unknown }
      span.setAttribute('error.type', typeof code === 'string' ? code : 'INTERNAL')
      span.setStatus({ code: this.#api.SpanStatusCode.ERROR })
    }
    span.end()
  }
}

const NAME = '@parasol/service'

/** Undefined where there is no OpenTelemetry, or nobody has set it up: then tracing costs nothing. */
export async function findTracing(): Promise<Tracing | undefined> {
  const api: Api | undefined = await import('@opentelemetry/api').catch(() => undefined)
  if (!api) return undefined
  const probe = api.trace.getTracer(NAME).startSpan('probe')
  return api.trace.isSpanContextValid(probe.spanContext()) ? new Tracing(api) : undefined
}

function requested({ method = '', url = '', httpVersion, socket }: IncomingMessage) {
  const { localAddress = '', localPort = 0 } = socket
  const known = METHODS.has(method) ? method : '_OTHER'
  const route = routeOf(url)
  const attributes: Attributes = {
    'http.request.method': known,
    'url.scheme': 'encrypted' in socket ? 'https' : 'http',
    'server.address': localAddress,
    'server.port': localPort,
    'network.protocol.version': httpVersion,
    ...(route === undefined ? {} : { 'http.route': route }),
  }
  return { name: [known === '_OTHER' ? 'HTTP' : known, route].filter(Boolean).join(' '), attributes }
}

/** The path as the description of the service has it; no name that a caller may make up. */
function routeOf(url: string): string | undefined {
  if (FIXED.has(url)) return url
  const [, version, , operation, batch] = url.split('/', 6)
  if (version !== 'v1' || !isOperation(operation)) return undefined
  return `/v1/{useCase}/${operation}${batch === 'batch' ? '/batch' : ''}`
}

const FIXED: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs'])
const METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
])
