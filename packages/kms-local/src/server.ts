import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { CryptoError } from '@parasol/core'
import { isAcs3 } from './acs3-signature.js'
import { operations } from './aliyun-api.js'
import { findFormat, json } from './answer-format.js'
import { type FaultCode, KmsFault } from './faults.js'
import type { KeyService } from './key-service.js'
import { Parameters } from './parameters.js'
import { type ReceivedRequest, readRequest } from './received-request.js'
import { RequestVerifier } from './request-signature.js'

export interface KmsServerOptions {
  readonly service: KeyService
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** 127.0.0.1 by default. The server speaks plain HTTP: another address than loopback needs `exposed`. */
  readonly host?: string
  /** Allows a host that other machines can reach. Put TLS in front of it. */
  readonly exposed?: boolean
  /** How long a request may take to arrive; 10 seconds by default. A slower client is cut off. */
  readonly requestTimeoutMs?: number
  readonly now?: () => Date
  /** Told of each request that was answered: its operation, empty if there is no such one, and its fault, if any. */
  readonly onRequest?: (action: string, fault: string | undefined) => void
}

/** A running server. Disposing of it lets the requests that are under way finish. */
export interface KmsServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly url: string
  /** `host:port`, as the `endpoint` of Alibaba's client wants it; the protocol is `http`. */
  readonly endpoint: string
}

const API_VERSION = '2016-01-20'
/** How long requests that are under way have to finish when the server is closed. */
const CLOSING_MS = 2_000
/** Without it Node answers a request that names no host by itself, without JSON. */
const EVERY_ANSWER_OURS = { requireHostHeader: false } as const
const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/

/**
 * Serves the keys of a store over HTTP, in the way of Alibaba Cloud KMS's RPC API, so that its unmodified clients talk
 * to it. Every request must be signed with an access key of the store, and every answer is JSON, or XML where it is asked.
 *
 * @throws CryptoError INVALID_INPUT for a host that other machines can reach, unless `exposed`; IO if the port is taken
 */
export async function startKmsServer(options: KmsServerOptions): Promise<KmsServer> {
  const { service, port = 0, host = '127.0.0.1', exposed = false, requestTimeoutMs = 10_000 } = options
  if (!LOOPBACK.test(host) && !exposed) {
    throw new CryptoError('INVALID_INPUT', `Host "${host}" is not a loopback address: say "exposed" if you mean it`)
  }
  const verifier = new RequestVerifier({
    accessKey: (id) => service.accessKey(id),
    ...(options.now ? { now: options.now } : {}),
  })
  const serve = (request: IncomingMessage, response: ServerResponse): void =>
    void handle(request, response, { ...options, verifier })
  const server = createServer(
    // Alibaba's client puts up to 6 KB of plaintext and 8 KB of context into the URL.
    {
      maxHeaderSize: 65_536,
      headersTimeout: requestTimeoutMs / 2,
      requestTimeout: requestTimeoutMs,
      // Node looks for slow clients every 30 seconds otherwise.
      connectionsCheckingInterval: requestTimeoutMs / 10,
      keepAliveTimeout: 15_000,
      ...EVERY_ANSWER_OURS,
    },
    serve,
  )
  server.on('checkExpectation', serve)
  server.on('clientError', refuseMalformed)
  await listen(server, port, host)
  const address = server.address() as AddressInfo
  const literal = host.includes(':') ? `[${host}]` : host
  return {
    host,
    port: address.port,
    url: `http://${literal}:${address.port}/`,
    endpoint: `${literal}:${address.port}`,
    [Symbol.asyncDispose]: () => close(server),
  }
}

interface HandlerOptions extends KmsServerOptions {
  readonly verifier: RequestVerifier
}

async function handle(request: IncomingMessage, response: ServerResponse, options: HandlerOptions): Promise<void> {
  const RequestId = randomUUID().toUpperCase()
  let [action, format] = ['', json]
  let fault: KmsFault | undefined
  try {
    if (request.method !== 'GET' && request.method !== 'POST') throw new KmsFault('UnsupportedHTTPMethod')
    const received = await readRequest(request)
    format = findFormat(received.parameters.get('Format')) ?? json
    const values = authenticate(received, options.verifier)
    action = knownAction(values.get('Action'))
    const fields = { RequestId, ...(await perform(options.service, values)) }
    answer(response, 200, format.contentType, format.write(`${action}Response`, fields))
  } catch (error) {
    fault = toFault(error)
    const fields = describeFault(fault, RequestId, request.headers.host)
    answer(response, fault.status, format.contentType, format.write('Error', fields))
    request.resume()
  }
  options.onRequest?.(action, fault?.fault)
}

/** What is no operation of ours may be anything, a plaintext too: it is not told. */
function knownAction(action = ''): string {
  return operations.has(action) ? action : ''
}

/** The parameters of a request that is what an access key signed. */
function authenticate(received: ReceivedRequest, verifier: RequestVerifier): ReadonlyMap<string, string> {
  const { method, parameters, headers } = received
  if (!isAcs3(headers.get('authorization'))) {
    verifier.verify(method, parameters)
    return parameters
  }
  verifier.verifyAcs3(received)
  if (parameters.has('Action') || parameters.has('Version')) throw new KmsFault('ParseRequestParameterException')
  return new Map([
    ...parameters,
    ['Action', headers.get('x-acs-action') ?? ''],
    ['Version', headers.get('x-acs-version') ?? ''],
  ])
}

async function perform(service: KeyService, values: ReadonlyMap<string, string>): Promise<object> {
  const parameters = new Parameters(values)
  const operation = operations.get(parameters.text('Action'))
  if (parameters.text('Version') !== API_VERSION) throw new KmsFault('InvalidParameter', 'Version')
  if (!findFormat(values.get('Format'))) throw new KmsFault('InvalidParameter', 'Format')
  if (!operation) throw new KmsFault('UnsupportedOperation')
  await service.upkeep()
  return operation(service, parameters)
}

function toFault(error: unknown): KmsFault {
  if (error instanceof KmsFault) return error
  if (CryptoError.is(error))
    return new KmsFault(error.code === 'IO' ? 'ServiceUnavailableTemporary' : 'InternalFailure')
  return new KmsFault('InternalFailure')
}

function describeFault({ status, fault, message }: KmsFault, RequestId: string, host = '127.0.0.1'): object {
  return {
    HttpStatus: status,
    Code: fault,
    Message: message,
    RequestId,
    HostId: /^[\w.:[\]-]+$/.test(host) ? host : '',
  }
}

function answer(response: ServerResponse, status: number, contentType: string, body: string): void {
  const text = Buffer.from(body)
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': text.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(text)
}

const malformed: Readonly<Record<string, FaultCode>> = {
  HPE_HEADER_OVERFLOW: 'HeaderTooLarge',
  ERR_HTTP_REQUEST_TIMEOUT: 'RequestTimeout',
}

/** What is not HTTP gets JSON too: a client that cannot parse its answer loses the status. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const fault = new KmsFault(malformed[error.code ?? ''] ?? 'ParseRequestParameterException')
  const body = JSON.stringify(describeFault(fault, randomUUID().toUpperCase()))
  const head = `HTTP/1.1 ${fault.status} Refused\r\ncontent-type: application/json;charset=utf-8`
  socket.end(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`)
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new CryptoError('IO', `Cannot listen on ${host}:${port} (${cause.code})`, { cause }))
    })
    server.listen(port, host, resolve)
  })
}

/** Lets what is under way finish, then cuts off clients that keep their connection. */
function close(server: Server): Promise<void> {
  const deadline = setTimeout(() => server.closeAllConnections(), CLOSING_MS)
  return new Promise((resolve) => {
    server.close(() => {
      clearTimeout(deadline)
      resolve()
    })
    server.closeIdleConnections()
  })
}
