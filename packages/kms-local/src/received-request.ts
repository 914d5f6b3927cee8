import type { IncomingMessage } from 'node:http'
import type { Acs3Request } from './acs3-signature.js'
import { KmsFault } from './faults.js'

const MAX_BODY_BYTES = 128 * 1024

/** A request that was read whole, before anything of it is believed. */
export interface ReceivedRequest extends Acs3Request {
  /** Those of the query and of the form body together. */
  readonly parameters: ReadonlyMap<string, string>
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
  if (body.length > 0 && !isForm(request)) throw new KmsFault('ParseRequestParameterException')
  const query = parseForm(search)
  const form = parseForm(body.toString('latin1'))
  return {
    method: request.method ?? '',
    query: uniqueMap(query),
    parameters: uniqueMap([...query, ...form]),
    headers: uniqueMap(Object.entries(request.headersDistinct).flatMap(([name, values = []]) => pairs(name, values))),
    body,
  }
}

/** Headers that do not bear on the signature may stand twice. */
function pairs(name: string, values: readonly string[]): [string, string][] {
  const decides = name === 'authorization' || name === 'host' || name.startsWith('x-acs-')
  return decides ? values.map((value) => [name, value]) : [[name, values.join(',')]]
}

function uniqueMap(pairs: readonly [name: string, value: string][]): ReadonlyMap<string, string> {
  const map = new Map(pairs)
  if (map.size !== pairs.length) throw new KmsFault('ParseRequestParameterException')
  return map
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let total = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    total += chunk.length
    // The rest is read and dropped: a client that is still sending would not see an answer before its end.
    if (total <= MAX_BODY_BYTES) chunks.push(chunk)
  }
  if (total > MAX_BODY_BYTES) throw new KmsFault('RequestTooLarge')
  return Buffer.concat(chunks)
}

function isForm(request: IncomingMessage): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')
}

function splitTarget(target: string): { pathname: string; search: string } {
  const [pathname = '', ...rest] = target.split('?')
  return { pathname, search: rest.join('?') }
}

/** Stricter than URLSearchParams, which would replace what is not UTF-8. */
function parseForm(text: string): [name: string, value: string][] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return [decode(name), decode(value.join('='))]
    })
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new KmsFault('ParseRequestParameterException')
  }
}
