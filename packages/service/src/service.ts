import { randomUUID } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { CryptoError, type CryptoRouter } from '@parasol/core'
import { JSON_TYPE, REQUEST_ID_HEADER, refusalBody, securityHeaders } from './answer.js'
import { App, type AppSettings, type RequestReport } from './app.js'
import { type Caller, permissions } from './callers.js'
import { HttpFault, type HttpFaultCode, refusalOf } from './http-fault.js'
import { identifyAnyone, identifyCallers, LOOPBACK } from './identify.js'
import { Journal, type JournalOptions } from './journal.js'
import { defaultLimits, type ServiceLimits } from './limits.js'
import { RateLimit } from './rate-limit.js'
import { ReplayGuard } from './replay-guard.js'
import { closingSilent } from './silent-connections.js'
import type { StatsByName } from './stats-lines.js'
import { type ServiceTls, secureContextOptions, tlsOptions } from './tls.js'

export interface ServiceOptions extends JournalOptions {
  readonly crypto: CryptoRouter
  /** Who may call; or `anyone`, which only a loopback host may say: every program of this machine. */
  readonly callers: readonly Caller[] | 'anyone'
  /** Without it the service speaks plain HTTP. */
  readonly tls?: ServiceTls | undefined
  /** 127.0.0.1 by default. */
  readonly host?: string
  /** 0, the default, takes a free one. */
  readonly port?: number
  readonly limits?: Partial<ServiceLimits>
  /** What the KMS and the schemes count, for `/metrics`. */
  readonly stats?: () => StatsByName
  /** Told of every request when it was answered. */
  readonly onRequest?: ((report: RequestReport) => void) | undefined
  /** Told of those only that failed for a reason that the operator must look into. */
  readonly onFailure?: ((report: RequestReport) => void) | undefined
  /** Around the work on every request. */
  readonly around?: ((handle: RequestListener) => RequestListener) | undefined
}

/** What can change while the service runs. */
export type ServiceSettings = Pick<ServiceOptions, 'callers' | 'limits' | 'tls'>

/** A service that listens. Closing it answers what is under way and lets nothing more in. */
export interface RunningService extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly url: string
  /** Takes effect with the next request. @throws CryptoError INVALID_CONFIG, after which everything is as before */
  change(settings: ServiceSettings): void
  close(): Promise<void>
}

/** A context has at most 8 KB, in base64url 11. */
const MAX_HEADER_BYTES = 16_384

/**
 * Serves a router's use cases over HTTP.
 *
 * @throws CryptoError INVALID_CONFIG if anyone may call and the host is not a loopback address; IO if it cannot listen
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { host = '127.0.0.1', port = 0 } = options
  const replayGuard = new ReplayGuard()
  const settings = readSettings(options, options, replayGuard)
  const app = new App({ ...options, ...settings, rateLimit: new RateLimit(), journal: new Journal(options) })
  const handle: RequestListener = (request, response) => void app.handle(request, response)
  const listener = options.around?.(handle) ?? handle
  const server = createListener(options, settings.limits, listener)
  // Node would refuse an expectation that it does not know in words of its own; it may be passed over as well.
  server.on('checkExpectation', listener)
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // A stream of lines may arrive for as long as it likes, and has limits of its own.
    if (error.code !== 'ERR_HTTP_REQUEST_TIMEOUT' || !app.streams.has(socket)) refuseMalformed(error, socket)
  })
  const closeSilent = closingSilent(server)
  await listen(server, port, host)
  const address = server.address() as AddressInfo
  const close = closing(server, app, closeSilent, settings.limits.drainMs)
  return {
    host,
    port: address.port,
    url: `${options.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    change: (changed) => {
      const settings = readSettings(options, changed, replayGuard)
      renewCertificate(server, changed.tls)
      const { headersTimeout, requestTimeout } = serverOptions(settings.limits)
      Object.assign(server, { headersTimeout, requestTimeout })
      app.change(settings)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function readSettings(
  { host = '127.0.0.1', crypto }: ServiceOptions,
  { callers, limits }: ServiceSettings,
  replayGuard: ReplayGuard,
): AppSettings {
  if (callers === 'anyone' && !LOOPBACK.test(host)) {
    throw new CryptoError('INVALID_CONFIG', `Without callers the service listens only on loopback, not on "${host}"`)
  }
  const known = callers === 'anyone' ? [everything(crypto)] : callers
  const encrypting = known.flatMap(({ operations, useCases }) => (operations.includes('encrypt') ? useCases : []))
  return {
    limits: { ...defaultLimits, ...limits },
    identify: callers === 'anyone' ? identifyAnyone(everything(crypto)) : identifyCallers(callers, replayGuard),
    encrypting: crypto.useCases.filter((useCase) => encrypting.includes(useCase)),
  }
}

function createListener(
  { tls }: ServiceOptions,
  limits: ServiceLimits,
  onRequest: RequestListener,
): Server | TlsServer {
  const options = serverOptions(limits)
  return tls
    ? createTlsServer({ ...options, ...tlsOptions(tls, limits.arrivalMs) }, onRequest)
    : createServer(options, onRequest)
}

/** Connections that are open keep what they were made with. */
function renewCertificate(server: Server | TlsServer, tls: ServiceTls | undefined): void {
  if (server instanceof TlsServer !== (tls !== undefined)) {
    throw new CryptoError('INVALID_CONFIG', 'Whether the service speaks TLS takes a restart to change')
  }
  if (server instanceof TlsServer && tls) server.setSecureContext(secureContextOptions(tls))
}

function serverOptions({ arrivalMs }: ServiceLimits) {
  return {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: arrivalMs,
    requestTimeout: arrivalMs,
    connectionsCheckingInterval: Math.min(1_000, arrivalMs),
    keepAliveTimeout: 30_000,
    noDelay: true,
    // Node would refuse it in words of its own.
    requireHostHeader: false,
  }
}

function everything({ useCases }: CryptoRouter): Caller {
  return { name: 'anyone', keyHashes: [], useCases, operations: permissions }
}

const malformed: Readonly<Record<string, HttpFaultCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
}

/** What is not HTTP is answered in JSON too. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || !isOfHttp(error)) return void socket.destroy()
  const id = randomUUID()
  const refusal = refusalOf(new HttpFault(malformed[error.code ?? ''] ?? 'MALFORMED_REQUEST'))
  const body = refusalBody(id, refusal)
  const headers = {
    ...securityHeaders,
    'content-type': JSON_TYPE,
    'content-length': Buffer.byteLength(body),
    [REQUEST_ID_HEADER]: id,
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${refusal.status} Refused\r\n${lines.join('')}\r\n${body}`)
}

/** A connection that was reset, or whose TLS failed, hears no answer. */
function isOfHttp({ code = '' }: NodeJS.ErrnoException): boolean {
  return code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT'
}

function listen(server: Server | TlsServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new CryptoError('IO', `Cannot listen on ${host}:${port} (${cause.code})`, { cause }))
    })
    server.listen(port, host, resolve)
  })
}

/** Lets what is under way finish, then cuts off who keeps a connection. */
function closing(server: Server | TlsServer, app: App, closeSilent: () => void, drainMs: number): () => Promise<void> {
  let closed: Promise<void> | undefined
  return () => {
    closed ??= new Promise((resolve) => {
      app.drain()
      const deadline = setTimeout(() => server.closeAllConnections(), drainMs)
      server.close(() => {
        clearTimeout(deadline)
        resolve()
      })
      server.closeIdleConnections()
      closeSilent()
    })
    return closed
  }
}
