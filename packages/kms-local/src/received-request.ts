import type { IncomingMessage } from 'node:http'
import { nextTurn } from '@parasol/core'
import type { Acs3Request } from './acs3-signature.js'
import { KmsFault } from './faults.js'

const MAX_BODY_BYTES = 128 * 1024

/** A request that was read whole, before anything of it is believed. */
export class ReceivedRequest implements Acs3Request {
  readonly #request: IncomingMessage
  readonly query: ReadonlyMap<string, string>
  /** Those of the query and of the form body together. */
  readonly parameters: ReadonlyMap<string, string>
  readonly body: Uint8Array
  #headers: ReadonlyMap<string, string> | undefined

  constructor(request: IncomingMessage, search: string, body: Buffer) {
    this.#request = request
    this.body = body
    const query = parseForm(search, [])
    this.query = uniqueMap(query)
    this.parameters = body.length === 0 ? this.query : uniqueMap(parseForm(body.toString('latin1'), query))
  }

  get method(): string {
    return this.#request.method ?? ''
  }

  /** Made for the signatures that cover them. @throws KmsFault ParseRequestParameterException if one stands twice */
  get headers(): ReadonlyMap<string, string> {
    this.#headers ??= uniqueMap(Object.entries(this.#request.headersDistinct).flatMap(distinct))
    return this.#headers
  }
}

/**
 * Reads a request. A parameter that stands twice is refused, since a signer and a reader might each take another.
 *
 * @throws KmsFault RequestTooLarge, ParseRequestParameterException
 */
export async function readRequest(request: IncomingMessage): Promise<ReceivedRequest> {
  const { pathname, search } = splitTarget(request.url ?? '')
  if (pathname !== '/') throw new KmsFault('NotFound')
  const body = await readBody(request)
  await nextTurn()
  if (body.length > 0 && !isForm(request)) throw new KmsFault('ParseRequestParameterException')
  return new ReceivedRequest(request, search, body)
}

/** Headers that do not bear on the signature may stand twice. */
function distinct([name, values = []]: [string, readonly string[] | undefined]): [string, string][] {
  const decides = name === 'authorization' || name === 'host' || name.startsWith('x-acs-')
  return decides ? values.map((value) => [name, value]) : [[name, values.join(',')]]
}

function uniqueMap(pairs: readonly [name: string, value: string][]): ReadonlyMap<string, string> {
  const map = new Map(pairs)
  if (map.size !== pairs.length) throw new KmsFault('ParseRequestParameterException')
  return map
}

/** By events: an iterator over the stream costs as much as all else that is done to read a request. */
function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let total = 0
    request.on('data', (chunk: Buffer) => {
      total += chunk.length
      // The rest is read and dropped: a client that is still sending would not see an answer before its end.
      if (total <= MAX_BODY_BYTES) chunks.push(chunk)
    })
    request.on('end', () => {
      if (total > MAX_BODY_BYTES) reject(new KmsFault('RequestTooLarge'))
      else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))
    })
    request.on('error', reject)
    request.on('close', () => {
      if (!request.complete) reject(new KmsFault('ParseRequestParameterException'))
    })
  })
}

function isForm(request: IncomingMessage): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')
}

function splitTarget(target: string): { pathname: string; search: string } {
  const end = target.indexOf('?')
  return end < 0 ? { pathname: target, search: '' } : { pathname: target.slice(0, end), search: target.slice(end + 1) }
}

/** Adds to pairs. Stricter than URLSearchParams, which would replace what is not UTF-8. */
function parseForm(text: string, pairs: [name: string, value: string][]): [name: string, value: string][] {
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf('&', start)
    const end = next < 0 ? text.length : next
    if (end > start) pairs.push(parsePair(text.slice(start, end)))
    start = end + 1
  }
  return pairs
}

function parsePair(pair: string): [name: string, value: string] {
  const end = pair.indexOf('=')
  return end < 0 ? [decode(pair), ''] : [decode(pair.slice(0, end)), decode(pair.slice(end + 1))]
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    throw new KmsFault('ParseRequestParameterException')
  }
}
