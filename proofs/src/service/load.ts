import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { ServiceClient, ServiceError } from '@parasol/service/client'

export interface Reply {
  readonly status: number
  readonly requestId: string
  readonly json: Readonly<Record<string, string>>
}

export interface Target {
  readonly host: string
  readonly port: number
  readonly key: string
}

/** Plain HTTP, as a program in any language would send it; undefined if no answer came. */
export function send(
  { host, port, key }: Target,
  path: string,
  body: object,
  agent?: Agent,
): Promise<Reply | undefined> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  return new Promise((resolve) => {
    const sent = request({ host, port, path, method: 'POST', headers, ...(agent ? { agent } : {}) }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => resolve(undefined))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        if (!response.complete || text === '') return resolve(undefined)
        const requestId = String(response.headers['parasol-request-id'])
        resolve({ status: response.statusCode ?? 0, requestId, json: JSON.parse(text) })
      })
    })
    sent.on('error', () => resolve(undefined))
    sent.end(JSON.stringify(body))
  })
}

const RECORD = { phone: '13800138000', name: '张三' }

/** The same through the service's own client. */
async function sendByClient({ host, port, key }: Target): Promise<Reply | undefined> {
  const client = new ServiceClient({ url: `http://${host}:${port}`, credentials: { apiKey: key }, retries: 0 })
  const requestId = randomUUID()
  try {
    const json = await client.encrypt('customer', RECORD, {}, { requestId })
    return { status: 200, requestId, json }
  } catch (error) {
    const { status = 0, code = '' } = error instanceof ServiceError ? error : {}
    return status === 0 ? undefined : { status, requestId, json: { code } }
  }
}

/** Clients, plain ones and the service's own, that encrypt without a pause, and remember what was acknowledged. */
export class Load implements AsyncDisposable {
  /** Records by request id, as they were answered. */
  readonly acknowledged: Map<string, Readonly<Record<string, string>>> = new Map()
  /** How many replies had which status and code; `0` for requests without an answer. */
  readonly replies: Map<string, number> = new Map()
  /** Of the slowest reply, in milliseconds. */
  slowest = 0
  readonly #target: () => Target
  readonly #agent = new Agent({ keepAlive: true })
  readonly #running: Promise<void>[]
  #isStopped = false

  /** @param target where the next request goes */
  constructor(target: () => Target, clients: number) {
    this.#target = target
    this.#running = Array.from({ length: clients }, (_, index) =>
      this.#run(index % 2 === 0 ? this.#plain : sendByClient),
    )
  }

  count(kind: RegExp): number {
    return [...this.replies].reduce((sum, [name, count]) => sum + (kind.test(name) ? count : 0), 0)
  }

  /** Resolves when there were so many more replies of a kind; false if that took too long. */
  async until(kind: RegExp, more: number, limitMs: number): Promise<boolean> {
    const wanted = this.count(kind) + more
    const end = performance.now() + limitMs
    while (this.count(kind) < wanted) {
      if (performance.now() > end) return false
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return true
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#running)
    this.#agent.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  readonly #plain = (target: Target): Promise<Reply | undefined> =>
    send(target, '/v1/customer/encrypt', RECORD, this.#agent)

  async #run(encrypt: (target: Target) => Promise<Reply | undefined>): Promise<void> {
    while (!this.#isStopped) {
      const started = performance.now()
      const reply = await encrypt(this.#target())
      this.slowest = Math.max(this.slowest, performance.now() - started)
      const { status = 0, json = {}, requestId = '' } = reply ?? {}
      const kind = status === 200 || status === 0 ? String(status) : `${status} ${json['code']}`
      this.replies.set(kind, (this.replies.get(kind) ?? 0) + 1)
      if (status === 200) this.acknowledged.set(requestId, json)
      // Who is refused comes back, but not at once.
      else await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
