import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { CryptoError } from '@parasol/core'
import type { Credential } from './access-control.js'
import { isAcs3 } from './acs3-signature.js'
import { apis, dryRunOperations, isAction } from './aliyun-api.js'
import { type AnswerFormat, findFormat, json } from './answer-format.js'
import type { AuditLog } from './audit-log.js'
import { type AuditedRequest, describeRequest } from './audited-request.js'
import { isDryRun, tryOut } from './dry-run.js'
import type { ChosenFault, FaultInjector } from './fault-plan.js'
import { KmsFault } from './faults.js'
import type { KeyService } from './key-service.js'
import { Parameters } from './parameters.js'
import { type Caller, requirePermission } from './permissions.js'
import type { Identity } from './principals.js'
import type { QuotaCounter } from './quotas.js'
import { type ReceivedRequest, readRequest } from './received-request.js'
import type { RequestVerifier } from './request-signature.js'

export interface RequestHandlerOptions {
  readonly service: KeyService
  readonly verifier: RequestVerifier<Credential>
  readonly audit?: AuditLog
  readonly quotas?: QuotaCounter
  readonly faults?: FaultInjector
  readonly onRequest?: (action: string, fault: string | undefined) => void
}

/** What becomes known of a request while it is handled. */
class Exchange implements AuditedRequest {
  readonly requestId: string = randomUUID().toUpperCase()
  readonly request: IncomingMessage
  received: ReceivedRequest | undefined
  format: AnswerFormat = json
  /** Who signed it, once that is found right. */
  identity: Identity | undefined
  action = ''
  fault: KmsFault | undefined
  /** What a fault plan does to it. */
  injected: ChosenFault | undefined

  constructor(request: IncomingMessage) {
    this.request = request
  }
}

/** Handles one request after another: reads, authenticates, performs, audits, answers. */
export class RequestHandler {
  readonly #options: RequestHandlerOptions

  constructor(options: RequestHandlerOptions) {
    this.#options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = new Exchange(request)
    let body = await this.#perform(exchange).catch((error: unknown) => refuse(exchange, error))
    if (this.#options.audit) {
      await this.#options.audit.record(describeRequest(exchange, this.#options.service)).catch((error: unknown) => {
        body = refuse(exchange, error)
      })
    }
    const status = exchange.fault?.status ?? 200
    if (exchange.injected?.spoil) exchange.injected.spoil(response, status, body)
    else answer(response, status, exchange.format.contentType, body)
    if (exchange.fault) request.resume()
    this.#options.onRequest?.(exchange.action, outcomeOf(exchange))
  }

  async #perform(exchange: Exchange): Promise<string> {
    const { request, requestId } = exchange
    if (request.method !== 'GET' && request.method !== 'POST') throw new KmsFault('UnsupportedHTTPMethod')
    const received = await readRequest(request)
    exchange.received = received
    exchange.format = findFormat(received.parameters.get('Format')) ?? json
    const { values, identity } = authenticate(received, request.headers.authorization, this.#options.verifier)
    exchange.identity = identity
    exchange.action = knownAction(values.get('Action'))
    await this.#inject(exchange)
    this.#options.quotas?.count(exchange.action)
    const caller = { identity, sourceIp: request.socket.remoteAddress ?? '' }
    const fields = { RequestId: requestId, ...(await perform(this.#options.service, values, caller)) }
    return exchange.format.write(`${exchange.action}Response`, fields)
  }

  /** @throws KmsFault if that is what the plan says */
  async #inject(exchange: Exchange): Promise<void> {
    const fault = this.#options.faults?.choose(exchange.action)
    if (!fault) return
    exchange.injected = fault
    if (fault.delayMs > 0) await sleep(fault.delayMs)
    if (fault.refusal) throw new KmsFault(fault.refusal)
  }
}

/** For the operator: the fault, or what a plan did to the request. */
function outcomeOf({ fault, injected }: Exchange): string | undefined {
  return injected ? `INJECTED ${injected.name}` : fault?.fault
}

/** What is no operation of ours may be anything, a plaintext too: it is not told. */
function knownAction(action = ''): string {
  return isAction(action) ? action : ''
}

/** A request that somebody known signed. */
interface Authentic {
  readonly values: ReadonlyMap<string, string>
  readonly identity: Identity
}

function authenticate(
  received: ReceivedRequest,
  authorization: string | undefined,
  verifier: RequestVerifier<Credential>,
): Authentic {
  const { method, parameters } = received
  if (!isAcs3(authorization)) {
    return { values: parameters, identity: verifier.verify(method, parameters).identity }
  }
  const { identity } = verifier.verifyAcs3(received)
  if (parameters.has('Action') || parameters.has('Version')) throw new KmsFault('ParseRequestParameterException')
  const { headers } = received
  const action = headers.get('x-acs-action') ?? ''
  const version = headers.get('x-acs-version') ?? ''
  return { values: new Map([...parameters, ['Action', action], ['Version', version]]), identity }
}

async function perform(service: KeyService, values: ReadonlyMap<string, string>, caller: Caller): Promise<object> {
  const parameters = new Parameters(values)
  const action = parameters.text('Action')
  const api = apis.get(parameters.text('Version'))
  if (!api) throw new KmsFault('InvalidParameter', 'Version')
  if (!findFormat(values.get('Format'))) throw new KmsFault('InvalidParameter', 'Format')
  const operation = api.get(action)
  if (!operation) throw new KmsFault('UnsupportedOperation')
  if (service.isUpkeepDue) await service.upkeep()
  const work = (): Promise<object> | object => {
    requirePermission(caller, service, action, parameters)
    return operation(service, parameters, caller.identity)
  }
  return dryRunOperations.has(action) && isDryRun(parameters) ? tryOut(work) : work()
}

/** The body of a refusal. */
function refuse(exchange: Exchange, error: unknown): string {
  exchange.fault = toFault(error)
  return exchange.format.write('KMS', describeFault(exchange.fault, exchange.requestId, exchange.request.headers.host))
}

function toFault(error: unknown): KmsFault {
  if (error instanceof KmsFault) return error
  if (CryptoError.is(error))
    return new KmsFault(error.code === 'IO' ? 'ServiceUnavailableTemporary' : 'InternalFailure')
  return new KmsFault('InternalFailure')
}

export function describeFault({ status, fault, message }: KmsFault, RequestId: string, host = '127.0.0.1'): object {
  return {
    HttpStatus: status,
    Code: fault,
    Message: message,
    RequestId,
    HostId: /^[\w.:[\]-]+$/.test(host) ? host : '',
  }
}

/** The body as a string: Node sends it with the head in one piece. */
function answer(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}
