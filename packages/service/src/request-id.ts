import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Of letters, digits, `.`, `_` and `-`, as the logs take it without escaping. */
const GIVEN = /^[\w.-]{1,128}$/

/** What the logs call a request: what its caller calls it in `X-Request-Id`, if that is a name; else a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && GIVEN.test(given) ? given : randomUUID()
}
