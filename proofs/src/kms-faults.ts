import type { Exchange, Fault } from './faulty-proxy.js'

/** What networks, gateways and a busy KMS do to requests, by name. */
export const kmsFaults = {
  throttled: refuse(429, 'Rejected.Throttling'),
  unavailable: refuse(503, 'ServiceUnavailableTemporary'),
  failed: refuse(500, 'InternalFailure'),
  badGateway: say(502, '<html>Bad gateway</html>'),
  pageInstead: say(200, '<html>Sign in</html>'),
  redirected: ({ response }) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  reset: ({ response }) => response.socket?.resetAndDestroy(),
  closed: ({ response }) => response.socket?.end(),
  resetMidway: async (exchange) => {
    await half(exchange)
    exchange.response.socket?.resetAndDestroy()
  },
  hanging: () => undefined,
  stalled: half,
  truncated: async ({ response, honest }) => response.end((await honest()).text.slice(0, -10)),
  nothing: say(200, '{}'),
  list: say(200, '[]'),
  noBase64: change((fields) => ({ ...fields, CiphertextBlob: 'no base64', Plaintext: 'AAB=' })),
  shortKey: change((fields) => ({ ...fields, CiphertextBlob: '', Plaintext: 7 })),
} as const satisfies Record<string, Fault>

/** Repeats the request in its answer, as some gateways do on their error pages. */
export function echo(status: number): Fault {
  return ({ response, url, body }) => {
    const text = `${url} ${body} ${decodeURIComponent(body.replaceAll('+', ' '))}`
    response.writeHead(status).end(JSON.stringify({ Code: text, Message: text, RequestId: text, Plaintext: text }))
  }
}

function refuse(status: number, Code: string): Fault {
  return say(status, JSON.stringify({ HttpStatus: status, Code, Message: 'Refused.', RequestId: 'R', HostId: 'H' }))
}

function say(status: number, body: string): Fault {
  return ({ response }) => response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}

function change(edit: (fields: Record<string, unknown>) => object): Fault {
  return async ({ response, honest }) => response.end(JSON.stringify(edit(JSON.parse((await honest()).text))))
}

async function half({ response, honest }: Exchange): Promise<void> {
  const { text } = await honest()
  response.writeHead(200, { 'content-length': text.length }).write(text.slice(0, text.length / 2))
}
