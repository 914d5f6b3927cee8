import type { IncomingMessage } from 'node:http'
import { KmsFault } from './faults.js'

const MAX_BODY_BYTES = 128 * 1024

/**
 * The parameters of a request: those of its query and of its form body. One that stands twice is refused, since a signer
 * and a reader might each take another.
 *
 * @throws KmsFault RequestTooLarge, ParseRequestParameterException
 */
export async function readParameters(request: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  const { pathname, search } = splitTarget(request.url ?? '')
  if (pathname !== '/') throw new KmsFault('NotFound')
  const body = await readBody(request)
  if (body.length > 0 && !isForm(request)) throw new KmsFault('ParseRequestParameterException')
  const parameters = new Map<string, string>()
  for (const [name, value] of [...parseForm(search), ...parseForm(body.toString('latin1'))]) {
    if (parameters.has(name)) throw new KmsFault('ParseRequestParameterException')
    parameters.set(name, value)
  }
  return parameters
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
