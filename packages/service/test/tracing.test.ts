import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { openService } from '@parasol/service'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { findTracing } from '../src/tracing/tracing.js'
import { post } from './fixture.js'
import { configured } from './process.js'

const exporter = new InMemorySpanExporter()
let service: Awaited<ReturnType<typeof openService>>
let found: unknown

beforeAll(async () => {
  found = await findTracing()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  service = await openService(undefined, { directory: configured() })
})
afterEach(() => exporter.reset())
afterAll(async () => {
  await service.close()
  for (const api of [trace, context, propagation]) api.disable()
})

/** Spans end when the connection knows that the answer was sent, which the caller may know earlier. */
async function spansOf(count: number): Promise<ReadableSpan[]> {
  await expect.poll(() => exporter.getFinishedSpans().length, { timeout: 10_000 }).toBe(count)
  return exporter.getFinishedSpans()
}

const server = (spans: readonly ReadableSpan[]) => spans.find(({ kind }) => kind === SpanKind.SERVER) as ReadableSpan

it('finds no OpenTelemetry that nobody has set up', () => {
  expect(found).toBeUndefined()
})

it('has a span for the request in the trace of its caller, and within it the KMS and the logs', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, 'x-request-id': 'order-7' }
  await post(service, '/v1/customer/encrypt', { name: 'a secret value' }, { headers, context: { id: 'row 17' } })
  const spans = await spansOf(3)
  const request = server(spans)
  expect(request.name).toBe('POST /v1/{useCase}/encrypt')
  expect(request.parentSpanContext?.spanId).toBe('b7ad6b7169203331')
  expect(request.attributes).toEqual({
    'http.request.method': 'POST',
    'http.route': '/v1/{useCase}/encrypt',
    'http.response.status_code': 200,
    'url.scheme': 'http',
    'server.address': '127.0.0.1',
    'server.port': service.port,
    'network.protocol.version': '1.1',
    'parasol.request_id': 'order-7',
    'parasol.caller': 'crm',
    'parasol.operation': 'encrypt',
    'parasol.use_case': 'customer',
    'parasol.count': 1,
    'parasol.outcome': 'OK',
  })
  const within = spans.filter((span) => span !== request)
  expect(within.map(({ name, parentSpanContext }) => [name, parentSpanContext?.spanId])).toEqual([
    ['kms generateDataKey', request.spanContext().spanId],
    ['log commit', request.spanContext().spanId],
  ])
  expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([traceId]))
  expect(JSON.stringify(spans.map(({ name, attributes, events }) => [name, attributes, events]))).not.toMatch(
    /secret|row 17/,
  )
})

it('names nothing that a caller makes up', async () => {
  await post(service, '/v1/made-up/encrypt', { a: 'b' })
  await post(service, '/v1/customer/encrypt?made-up', { a: 'b' }, { headers: { authorization: 'made up' } })
  await fetch(`${service.url}/made-up`, { method: 'PROPFIND' })
  const spans = await spansOf(3)
  expect(spans.map(({ name }) => name)).toEqual(['POST /v1/{useCase}/encrypt', 'POST', 'HTTP'])
  expect(JSON.stringify(spans.map(({ name, attributes }) => [name, attributes]))).not.toContain('made')
  expect(spans.map(({ status }) => status.code)).toEqual(Array(3).fill(SpanStatusCode.UNSET))
})

it('keeps the traces of requests apart that are worked on together', async () => {
  const traceIds = Array.from({ length: 8 }, (_, index) => `0af7651916cd43dd8448eb211c80310${index}`)
  await Promise.all(
    traceIds.map((traceId) =>
      post(
        service,
        '/v1/customer/encrypt',
        { a: 'b' },
        { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } },
      ),
    ),
  )
  const spans = await spansOf(24)
  for (const traceId of traceIds) {
    const own = spans.filter((span) => span.spanContext().traceId === traceId)
    const parent = server(own).spanContext().spanId
    const within = own.flatMap((span) => (span.parentSpanContext?.spanId === parent ? [span.name] : []))
    expect(within.sort()).toEqual(['kms generateDataKey', 'log commit'])
  }
})
