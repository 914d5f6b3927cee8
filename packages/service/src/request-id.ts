import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** The header in which a caller names a request. */
export const REQUEST_ID_GIVEN = 'x-request-id'

/** Of letters, digits, `.`, `_` and `-`, as the logs take it without escaping. */
export const REQUEST_ID: RegExp = /^[\w.-]{1,128}$/

/** What the logs call a request: what its caller calls it in `X-Request-Id`, if that is a name; else a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers[REQUEST_ID_GIVEN]
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
}
