import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AliyunKms, type AliyunKmsOptions, type TransportName } from '@parasol/kms-aliyun'
import { FakeKms } from '@parasol/testing'
import { answerHonestly } from './honest-answer.js'

export interface SeenRequest {
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly form: URLSearchParams
  readonly action: string
  readonly version: string
  readonly accessKeyId: string
  readonly securityToken: string | undefined
}

export interface Exchange {
  readonly seen: SeenRequest
  readonly response: ServerResponse
  /** What the KMS would answer. */
  honest(): Promise<{ status: number; body: object }>
}

/** What the server does with one request. */
export type Behaviour = (exchange: Exchange) => unknown

/** A KMS over HTTP on this machine, with real cryptography, that misbehaves as it is told to. */
export interface ScriptedServer extends AsyncDisposable {
  readonly endpoint: string
  readonly fake: FakeKms
  readonly requests: readonly SeenRequest[]
  /** The most requests that were under way at a time. */
  readonly busiest: number
  /** Connections that are open. */
  connections(): Promise<number>
  /** The next requests get these, one each; all after them an honest answer. */
  script(...behaviours: readonly Behaviour[]): void
  /** Every request without a script gets this. */
  always(behaviour: Behaviour): void
  /** The real client, pointed at this server. */
  kms(options?: Partial<AliyunKmsOptions>): AliyunKms
}

/** Every test of what the service sees runs over each. */
export const transports: readonly TransportName[] = ['lean', 'official']

export const credentials = { accessKeyId: 'LTAItest', accessKeySecret: 'secret-of-the-access-key' }

export const answer: Behaviour = async ({ honest, response }) => {
  const { status, body } = await honest()
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

export interface ScriptedServerOptions {
  /** Of the client. */
  readonly transport: TransportName
}

export async function startScriptedServer({ transport }: ScriptedServerOptions): Promise<ScriptedServer> {
  const fake = new FakeKms()
  const requests: SeenRequest[] = []
  const queue: Behaviour[] = []
  const load = { now: 0, busiest: 0 }
  let otherwise = answer
  const server = createServer(async (request, response) => {
    load.busiest = Math.max(load.busiest, ++load.now)
    response.once('close', () => load.now--)
    const seen = await read(request)
    requests.push(seen)
    const behave = queue.shift() ?? otherwise
    await behave({ seen, response, honest: () => answerHonestly(fake, seen.action, seen.form) })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    endpoint,
    fake,
    requests,
    get busiest() {
      return load.busiest
    },
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
      }),
    script: (...behaviours) => void queue.push(...behaviours),
    always: (behaviour) => {
      otherwise = behaviour
    },
    kms: (options) =>
      new AliyunKms({ region: 'cn-test', endpoint, protocol: 'http', credentials, transport, ...options }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function read(request: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { url = '', headers } = request
  const query = new URL(url, 'http://localhost').searchParams
  const form = new URLSearchParams(Buffer.concat(chunks).toString())
  return { url, headers, form, ...(headers.authorization ? ofHeaders(headers) : ofQuery(query)) }
}

type Signed = Pick<SeenRequest, 'action' | 'version' | 'accessKeyId' | 'securityToken'>

/** What version 1 of the signature puts into the query. */
function ofQuery(query: URLSearchParams): Signed {
  const get = (name: string): string => query.get(name) ?? ''
  const securityToken = query.get('SecurityToken') ?? undefined
  return { action: get('Action'), version: get('Version'), accessKeyId: get('AccessKeyId'), securityToken }
}

/** And what version 3 puts into headers. */
function ofHeaders(headers: IncomingMessage['headers']): Signed {
  const get = (name: string): string => String(headers[name] ?? '')
  const [, accessKeyId = ''] = / Credential=([^,]*),/.exec(get('authorization')) ?? []
  const securityToken = headers['x-acs-security-token']?.toString()
  return { action: get('x-acs-action'), version: get('x-acs-version'), accessKeyId, securityToken }
}
