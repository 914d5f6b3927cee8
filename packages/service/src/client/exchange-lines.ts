import { readAnswer, unanswered } from './answers.js'
import { readLines } from './read-lines.js'
import { ServiceError } from './service-error.js'

export interface ExchangeOptions {
  readonly target: URL
  readonly send: typeof fetch
  readonly headers: Readonly<Record<string, string>>
  /** In which the answer must begin. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** What a service reads whole is no longer than this by default: 1 MiB. */
const MOST_BYTES = 262_144

/** One item a line. */
export async function* formatLines(items: Iterable<object> | AsyncIterable<object>): AsyncGenerator<string> {
  for await (const item of items) yield `${JSON.stringify(item)}\n`
}

/** The same in pieces of which each can be signed. */
export async function* linePieces(items: Iterable<object> | AsyncIterable<object>): AsyncGenerator<string> {
  let piece = ''
  for await (const line of formatLines(items)) {
    if (piece !== '' && piece.length + line.length > MOST_BYTES) {
      yield piece
      piece = ''
    }
    piece += line
  }
  if (piece !== '') yield piece
}

/**
 * Sends lines while it gives the answers, until the line that says that this was all.
 *
 * @throws ServiceError if there is no such line, or if it says otherwise; what `lines` throws
 */
export async function* exchangeLines<Result>(
  lines: string | AsyncIterable<string>,
  { target, send, headers, timeoutMs, signal }: ExchangeOptions,
): AsyncGenerator<Result, void, undefined> {
  const abort = new AbortController()
  const stop = signal ? AbortSignal.any([signal, abort.signal]) : abort.signal
  const source = new Source(lines, stop)
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    abort.abort()
  }, timeoutMs)
  try {
    const response = await send(target, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', ...headers },
      body: source.body,
      duplex: 'half',
      redirect: 'error',
      signal: stop,
    } as RequestInit)
    clearTimeout(timer)
    if (!response.ok || !response.body) throw await readAnswer(response)
    let isWhole = false
    for await (const line of readLines(response.body)) {
      const answer: Result | Last = JSON.parse(line)
      if (!isLast(answer)) yield answer
      else isWhole = requireWhole(answer)
    }
    if (isWhole) return
    throw new ServiceError('The answer was cut off', { status: 0, code: 'CUT_OFF', requestId: '' })
  } catch (cause) {
    signal?.throwIfAborted()
    throw source.error ?? (cause instanceof ServiceError ? cause : unanswered(cause, isLate))
  } finally {
    clearTimeout(timer)
    abort.abort()
  }
}

/**
 * What is sent, and what went wrong where it comes from, which `fetch` would not say. It stops by itself, for `fetch` goes on
 * taking from a body that nobody wants any more.
 */
class Source {
  readonly body: string | ReadableStream
  error: unknown

  constructor(lines: string | AsyncIterable<string>, stop: AbortSignal) {
    this.body = typeof lines === 'string' ? lines : ReadableStream.from(this.#watch(lines, stop))
  }

  async *#watch(lines: AsyncIterable<string>, stop: AbortSignal): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder()
    try {
      for await (const line of lines) {
        if (stop.aborted) return
        yield encoder.encode(line)
      }
    } catch (error) {
      this.error = error
      throw error
    }
  }
}

interface Last {
  readonly end: { readonly status: number; readonly code: string; readonly message: string; readonly requestId: string }
}

function isLast(answer: unknown): answer is Last {
  return typeof answer === 'object' && answer !== null && 'end' in answer
}

function requireWhole({ end: { status, code, message, requestId } }: Last): true {
  if (code !== 'OK') throw new ServiceError(`${message} (${code})`, { status, code, requestId })
  return true
}
