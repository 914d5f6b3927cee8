import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Exchange {
  readonly url: string
  readonly body: string
  readonly response: ServerResponse
  /** What the KMS behind the proxy answers. */
  honest(): Promise<{ readonly status: number; readonly text: string }>
}

/** What is done with one request instead of passing its answer on. */
export type Fault = (exchange: Exchange) => unknown

export interface FaultyProxyOptions {
  /** Of the KMS. */
  readonly target: number
  /** The fault of the next request, if it is to have one. */
  choose(): Fault | undefined
  readonly port?: number
  /** Told of each request, as an access log would be. */
  readonly log?: (line: string) => void
}

export interface FaultyProxy extends AsyncDisposable {
  readonly port: number
  readonly endpoint: string
}

/** Stands between a client and a KMS on this machine, as gateways do, and misbehaves as it is told to. */
export async function startFaultyProxy({ target, choose, port = 0, log }: FaultyProxyOptions): Promise<FaultyProxy> {
  const server = createServer(async (incoming, response) => {
    const { url = '', method, rawHeaders } = incoming
    log?.(`${method} ${url} ${rawHeaders.join(' ')}`)
    const body = await text(incoming).catch(() => '')
    const exchange = { url, body, response, honest: () => forward(target, incoming, body) }
    try {
      await (choose() ?? passOn)(exchange)
    } catch {
      // The KMS or the client is gone; so is the answer.
      response.destroy()
    }
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const bound = (server.address() as AddressInfo).port
  return {
    port: bound,
    endpoint: `127.0.0.1:${bound}`,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function passOn({ response, honest }: Exchange): Promise<void> {
  const { status, text } = await honest()
  response.writeHead(status, { 'content-type': 'application/json' }).end(text)
}

async function forward(port: number, { url, method, headers }: IncomingMessage, body: string) {
  const forwarded = request({ port, host: '127.0.0.1', path: url, method, headers }).end(body)
  const [answer] = (await once(forwarded, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, text: await text(answer) }
}

async function text(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
