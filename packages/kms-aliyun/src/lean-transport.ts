import { randomUUID } from 'node:crypto'
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { Duplex } from 'node:stream'
import { sha256, signAcs3 } from './acs3-signature.js'
import { fromRefusal, refusalOf } from './aliyun-errors.js'
import { parseAnswer } from './answer-bytes.js'
import { obtainCredentials } from './credentials.js'
import { encodeForm } from './form-body.js'
import { readCa } from './read-ca.js'
import { readBody } from './secret-body.js'
import { type Answer, API_VERSION, type Parameters, type Transport, type TransportOptions } from './transport.js'
import { malformedAnswer } from './transport-errors.js'
import { type ConnectionTarget, WipedConnection } from './wiped-connection.js'

/**
 * Calls Alibaba Cloud KMS by requests of our own over node:http, signed as version 3 of its signature demands.
 *
 * No plaintext becomes a string, and what carried one is zeroed: the form when it was sent, what came over the
 * connection when it was read. Connections are kept and used again.
 */
export class LeanTransport implements Transport {
  readonly #options: TransportOptions
  #agent: Agent | undefined

  constructor(options: TransportOptions) {
    this.#options = options
    if (options.caFile === undefined) this.#agent = new WipedAgent(targetOf(options))
  }

  /** Reads the certificates of the CA, if there are any of its own. */
  async prepare(): Promise<void> {
    await this.#connections()
  }

  async call(action: string, parameters: Parameters, signal: AbortSignal): Promise<Answer> {
    const agent = await this.#connections()
    const form = encodeForm(parameters)
    try {
      const headers = await this.#sign(action, form)
      return await read(action, await send(request({ method: 'POST', agent, headers, signal }), form))
    } finally {
      form.fill(0)
    }
  }

  async #connections(): Promise<Agent> {
    if (this.#agent) return this.#agent
    const ca = await readCa(this.#options.caFile ?? '')
    this.#agent ??= new WipedAgent({ ...targetOf(this.#options), ca })
    return this.#agent
  }

  async #sign(action: string, form: Uint8Array): Promise<Record<string, string>> {
    const { accessKeyId, accessKeySecret, securityToken } = await obtainCredentials(this.#options.credentials)
    const headers = {
      host: this.#options.endpoint,
      'content-type': 'application/x-www-form-urlencoded',
      'x-acs-action': action,
      'x-acs-content-sha256': sha256(form),
      'x-acs-date': new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
      'x-acs-signature-nonce': randomUUID(),
      'x-acs-version': API_VERSION,
      ...(securityToken === undefined ? {} : { 'x-acs-security-token': securityToken }),
    }
    const authorization = signAcs3({ method: 'POST', headers }, accessKeyId, accessKeySecret)
    return { ...headers, accept: 'application/json', 'content-length': String(form.length), authorization }
  }
}

/** Keeps connections and uses them again, the last one first; those that are idle do not keep the process alive. */
class WipedAgent extends Agent {
  readonly #target: ConnectionTarget

  constructor(target: ConnectionTarget) {
    super({ keepAlive: true, scheduling: 'lifo' })
    this.#target = target
  }

  override createConnection(): Duplex {
    return new WipedConnection(this.#target)
  }
}

const ports = { https: 443, http: 80 } as const

function targetOf({ endpoint, protocol }: TransportOptions): ConnectionTarget {
  const { hostname, port } = new URL(`${protocol}://${endpoint}`)
  return { protocol, host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || ports[protocol]) }
}

/** What came back, whole. Rejects with Node's error if nothing does. */
function send(request: ClientRequest, form: Uint8Array): Promise<{ status: number; body: Uint8Array | undefined }> {
  return new Promise((resolve, reject) => {
    request.once('error', reject)
    request.once('socket', wipeWhatComes)
    request.once('response', (response: IncomingMessage) => {
      readBody(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject)
    })
    request.end(form)
  })
}

async function read(
  action: string,
  { status, body }: { status: number; body: Uint8Array | undefined },
): Promise<Answer> {
  const answer = body && parseAnswer(body)
  if (!answer) throw malformedAnswer(action, `HTTP ${status} and something that is not an answer`)
  if (status >= 200 && status < 300) return answer
  answer.plaintext?.fill(0)
  if (status < 400) throw malformedAnswer(action, `HTTP ${status}`)
  throw fromRefusal(action, refusalOf(status, answer.fields))
}

/**
 * Zeroes each piece that comes over a connection, after Node's parser has copied what it needs out of it: the parser
 * listens anew for each request, so this does, too, to stay behind it.
 */
function wipeWhatComes(socket: Duplex): void {
  socket.off('data', wipe)
  socket.on('data', wipe)
}

function wipe(piece: Uint8Array): void {
  piece.fill(0)
}
