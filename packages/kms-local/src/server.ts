import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { CryptoError } from '@parasol/core'
import type { AuditLog } from './audit-log.js'
import { FaultInjector, type FaultPlan } from './fault-plan.js'
import { type FaultCode, KmsFault } from './faults.js'
import type { KeyService } from './key-service.js'
import { QuotaCounter, type Quotas } from './quotas.js'
import { describeFault, RequestHandler } from './request-handler.js'
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
  /** Every request is on disk there before it is answered, a refused one too; if it cannot be, it is not answered. */
  readonly audit?: AuditLog
  /** Beyond them requests are refused with 429, as in the cloud; without them there is no limit. */
  readonly quotas?: Quotas
  /** Makes requests go wrong, for tests of what calls the KMS. It needs a loopback address and no production. */
  readonly faultPlan?: FaultPlan | FaultInjector
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
  const faults = faultsOf(options)
  const verifier = new RequestVerifier({
    accessKey: (id, securityToken) => service.access.credential(id, securityToken),
    ...(options.now ? { now: options.now } : {}),
  })
  const { quotas, faultPlan: _, ...rest } = options
  const limited = quotas ? { quotas: new QuotaCounter(quotas, options.now) } : {}
  const handler = new RequestHandler({ ...rest, ...limited, ...(faults ? { faults } : {}), verifier })
  const serve = (request: IncomingMessage, response: ServerResponse): void => void handler.handle(request, response)
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

/** @throws CryptoError INVALID_INPUT where real callers could meet the faults */
function faultsOf({ faultPlan, host = '127.0.0.1', exposed }: KmsServerOptions): FaultInjector | undefined {
  if (!faultPlan) return undefined
  if (exposed || !LOOPBACK.test(host) || process.env['NODE_ENV'] === 'production') {
    const where = 'a fault plan is for tests: it goes neither with "exposed" nor with NODE_ENV=production'
    throw new CryptoError('INVALID_INPUT', `Refused to make requests fail: ${where}`)
  }
  return faultPlan instanceof FaultInjector ? faultPlan : new FaultInjector(faultPlan)
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
