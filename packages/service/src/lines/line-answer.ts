import type { ServerResponse } from 'node:http'
import { REQUEST_ID_HEADER, securityHeaders } from '../answer.js'
import type { Refusal } from '../http-fault.js'
import type { StreamEnding } from './stream-ending.js'

export const LINES_TYPE = 'application/x-ndjson'

/** How long a caller may take to read the last line of a stream that was broken off. */
const LINGER_MS = 1_000

/** From here on the answer is lines, of which the last one says how it ended. */
export function beginLines(response: ServerResponse, id: string): void {
  response.writeHead(200, {
    ...securityHeaders,
    'content-type': LINES_TYPE,
    [REQUEST_ID_HEADER]: id,
  })
  response.flushHeaders()
}

/** Resolves when the caller has taken enough for more to follow, or takes nothing any more. */
export async function writeLines(response: ServerResponse, lines: string, ending: StreamEnding): Promise<void> {
  if (response.destroyed || response.write(lines)) return
  let wake = (): void => undefined
  const taken = new Promise<void>((resolve) => {
    wake = resolve
    response.once('drain', wake).once('close', wake)
  })
  await ending.unlessIdle(taken)
  response.off('drain', wake).off('close', wake)
}

export function endLines(response: ServerResponse, requestId: string): void {
  response.end(lastLine({ status: 200, code: 'OK', message: 'Every line was answered' }, requestId))
}

/**
 * Says in the last line why a stream ends before its input does. The body ends as no whole one does, so that a program
 * that does not look at the last line hears of it too.
 */
export function breakOff(response: ServerResponse, id: string, refusal: Refusal): void {
  const { req: request } = response
  const { socket } = request
  if (response.destroyed) return
  response.write(lastLine(refusal, id))
  socket.end()
  // To close while bytes of the caller are unread would reset the connection, and the last line might not arrive.
  request.resume()
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
}

function lastLine({ status, code, message }: Refusal, requestId: string): string {
  return `${JSON.stringify({ end: { status, code, message, requestId } })}\n`
}
