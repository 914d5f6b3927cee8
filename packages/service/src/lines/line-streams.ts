import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { CryptoRouter } from '@parasol/core'
import type { Answer } from '../answer.js'
import { atOnce } from '../at-once.js'
import { formatOutcome, type Item, isKept, type Outcome, parseRecord, workOnAll } from '../batch.js'
import type { Caller, Operation } from '../callers.js'
import { Deadline } from '../deadline.js'
import { HttpFault } from '../http-fault.js'
import type { Identity } from '../identify.js'
import type { Journal, Kept } from '../journal.js'
import type { ServiceLimits } from '../limits.js'
import { formatLabels } from '../metrics.js'
import type { RateLimit } from '../rate-limit.js'
import { readBody, requirePlainBody } from '../read-body.js'
import { countFields, endpoints } from '../record-endpoints.js'
import { BodyChunks } from './body-chunks.js'
import { beginLines, endLines, writeLines } from './line-answer.js'
import { type Line, LineSplitter } from './line-splitter.js'
import { StreamEnding } from './stream-ending.js'

export interface LineStreamsOptions {
  readonly crypto: CryptoRouter
  readonly journal: Journal
  readonly rateLimit: RateLimit
}

/** A request that was let in, as far as it is known before its body is. */
export interface LineRequest {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly identity: Identity
  readonly useCase: string
  readonly operation: Operation
  readonly limits: ServiceLimits
  /** Gives the caller again as long as he may go on. @throws HttpFault */
  readonly recheck: () => Caller
  readonly facts: { readonly requestId: string; caller: string; operation: string; useCase: string; count: number }
}

const LINE_TYPES = /^application\/x-ndjson\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i
/** So many lines are worked on at once, and are written to the logs together. */
const MOST_LINES = 256

export function hasLines({ headers }: IncomingMessage): boolean {
  return LINE_TYPES.test(headers['content-type'] ?? '')
}

/**
 * Answers bodies of lines, each a record as in a batch, line by line: as fast as answers are read and as the logs are
 * written, in memory that does not grow with the body.
 */
export class LineStreams {
  readonly #options: LineStreamsOptions
  readonly #open = new Set<StreamEnding>()
  readonly #sockets = new WeakSet<object>()
  /** Lines that were answered, by their labels. */
  readonly #counts = new Map<string, number>()

  constructor(options: LineStreamsOptions) {
    this.#options = options
  }

  /** Whether a connection carries a stream, which may take longer to arrive than a request. */
  has(socket: object): boolean {
    return this.#sockets.has(socket)
  }

  /** Ends every stream, once what is under way is answered. */
  stop(): void {
    for (const ending of this.#open) ending.stop()
  }

  /** In Prometheus's text format. */
  metrics(): readonly string[] {
    return [
      '# TYPE parasol_streams_open gauge',
      `parasol_streams_open ${this.#open.size}`,
      '# TYPE parasol_stream_lines_total counter',
      ...[...this.#counts].map(([labels, count]) => `parasol_stream_lines_total${labels} ${count}`),
    ]
  }

  /** The answer that it gives was sent. @throws what ends the stream before its input does */
  async answer(stream: LineRequest): Promise<Answer> {
    const { request, response, limits, facts } = stream
    const signed = await readSigned(stream)
    using ending = new StreamEnding(response, limits.idleMs)
    this.#open.add(ending)
    this.#sockets.add(request.socket)
    try {
      beginLines(response, facts.requestId)
      let count = 0
      for await (const lines of signed ? splitWhole(signed, stream) : splitBody(stream, ending)) {
        await this.#work(stream, lines, ending)
        count += facts.count
        facts.count = 0
      }
      facts.count = count
      endLines(response, facts.requestId)
      return { body: '', isStream: true }
    } finally {
      this.#open.delete(ending)
      this.#sockets.delete(request.socket)
    }
  }

  /** Nothing is answered that is not kept, and nothing more is read until it was answered. */
  async #work(stream: LineRequest, lines: readonly Line[], ending: StreamEnding): Promise<void> {
    const { response, facts, useCase, operation, limits } = stream
    ending.signal.throwIfAborted()
    const caller = stream.recheck()
    await this.#pace(caller, lines.length, ending)
    const cipher = this.#options.crypto.for(useCase)
    using deadline = new Deadline(response, limits.workMs)
    const outcomes = await workOnAll(lines, async (line): Promise<Kept> => {
      const item = parseLine(line, limits)
      facts.count += countFields(item.fields)
      const { context } = item
      const answer = atOnce[operation](cipher, item)
      if (answer !== undefined) return { context, answer }
      const result = await deadline.guard(endpoints[operation](cipher, item, deadline))
      return { context, answer: JSON.stringify(result) }
    })
    const kept = outcomes.filter(isKept)
    const failed = outcomes.length - kept.length
    const call = { id: facts.requestId, caller, useCase, operation }
    await this.#options.journal.keep(call, failed > 0 ? { ...facts, failed } : facts, kept)
    this.#count({ operation, use_case: useCase, outcome: 'record' }, kept.length)
    this.#count({ operation, use_case: useCase, outcome: 'error' }, failed)
    await writeLines(response, outcomes.map(formatLine).join(''), ending)
  }

  #count(labels: Readonly<Record<string, string>>, lines: number): void {
    const key = formatLabels(labels)
    if (lines > 0) this.#counts.set(key, (this.#counts.get(key) ?? 0) + lines)
  }

  /** Who sends more than he may is not refused, but slowed down. */
  async #pace(caller: Caller, lines: number, { signal }: StreamEnding): Promise<void> {
    const milliseconds = this.#options.rateLimit.owe(caller, lines)
    if (milliseconds > 0) await delay(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

/** A signature covers the whole body, so that nothing is done for a part of one. */
async function readSigned({ request, identity, limits }: LineRequest): Promise<Buffer | undefined> {
  if (!identity.requireBody) {
    requirePlainBody(request, LINE_TYPES)
    return undefined
  }
  const body = await readBody(request, limits.bodyBytes, LINE_TYPES)
  identity.requireBody(body)
  return body
}

async function* splitBody(stream: LineRequest, ending: StreamEnding): AsyncGenerator<readonly Line[]> {
  const splitter = new LineSplitter(stream.limits.bodyBytes)
  using chunks = new BodyChunks(stream.request, ending)
  for (let chunk = await chunks.next(); chunk; chunk = await chunks.next()) yield* grouped(splitter.push(chunk), stream)
  yield* grouped(splitter.end(), stream)
}

async function* splitWhole(body: Buffer, stream: LineRequest): AsyncGenerator<readonly Line[]> {
  const splitter = new LineSplitter(stream.limits.bodyBytes)
  yield* grouped(splitter.push(body), stream)
  yield* grouped(splitter.end(), stream)
}

function* grouped(lines: Iterable<Line>, { identity }: LineRequest): Generator<readonly Line[]> {
  const most = Math.min(MOST_LINES, Math.ceil(identity.caller.requestsPerSecond ?? MOST_LINES))
  let group: Line[] = []
  for (const line of lines) {
    if (line && isBlank(line)) continue
    group.push(line)
    if (group.length < most) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

function isBlank(line: Buffer): boolean {
  return line.length === 0 || (line.length === 1 && line[0] === CARRIAGE_RETURN)
}

const CARRIAGE_RETURN = 13

function parseLine(line: Line, { fields }: ServiceLimits): Item {
  if (!line) throw new HttpFault('LINE_TOO_LONG')
  return parseRecord(line, { what: 'The line', maxFields: fields })
}

function formatLine(outcome: Outcome): string {
  return `${formatOutcome(outcome)}\n`
}
