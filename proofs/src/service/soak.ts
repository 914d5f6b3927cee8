import { Agent } from 'node:http'
import { connect } from 'node:net'
import { ServiceClient } from '@parasol/service/client'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { send } from './load.js'
import { type Mode, makePlace, ServiceProcess } from './service-process.js'

/** Code that is compiled costs memory at first. The short form counts requests; the full one lasts ten minutes, and at least as many. */
const REQUESTS = 3_000
const FULL_MS = 600_000
const WARM_UP = 1_500
const CHECKPOINTS = 10
const CLIENTS = 8
const MAX_BYTES_A_REQUEST = { short: 400, full: 4 } as const

export const serviceSoak: Proof = {
  name: 'service-soak',
  claim: 'The memory of the service stays flat under mixed load, which gets no error that it did not ask for',
  goal: 'bytesARequest at most 400 in the short form and 4 in the full one, unexpected = 0',

  async measure(context) {
    const figures = await soak('honest', context)
    return { figures, holds: figures.bytesARequest <= MAX_BYTES_A_REQUEST[context.scale] && figures.unexpected === 0 }
  },

  /** The same with a list that keeps a buffer of each request. */
  async control(context): Promise<Finding> {
    const figures = await soak('leaking', { ...context, scale: 'short' })
    return { figures, holds: figures.bytesARequest <= MAX_BYTES_A_REQUEST.short }
  },
}

async function soak(mode: Mode, { scale, progress }: ProofContext) {
  using folder = new TemporaryFolder()
  await using service = await ServiceProcess.start(makePlace(folder.path), { mode })
  const load = new MixedLoad(service)
  await load.run(WARM_UP, 0)
  const points: { readonly requests: number; readonly bytes: number }[] = []
  for (let index = 0; index < CHECKPOINTS; index++) {
    await load.run(REQUESTS / CHECKPOINTS, scale === 'full' ? FULL_MS / CHECKPOINTS : 0)
    const { heapBytes } = await service.memory()
    points.push({ requests: load.requests, bytes: heapBytes })
    progress(index, CHECKPOINTS)
  }
  load.end()
  const bytesARequest = Math.round(slope(points) * 100) / 100
  return { requests: load.requests, bytesARequest, unexpected: load.unexpected }
}

/** Requests of every kind, each of which has the answer that it must have. */
class MixedLoad {
  requests = 0
  unexpected = 0
  readonly #service: ServiceProcess
  readonly #client: ServiceClient
  readonly #agent = new Agent({ keepAlive: true })
  #record: Readonly<Record<string, string>> = {}

  constructor(service: ServiceProcess) {
    this.#service = service
    const { host, port, key } = service.target
    this.#client = new ServiceClient({ url: `http://${host}:${port}`, credentials: { apiKey: key } })
  }

  /** So many requests, and for so long. */
  async run(count: number, milliseconds: number): Promise<void> {
    const end = { requests: this.requests + count, time: performance.now() + milliseconds }
    const client = async (): Promise<void> => {
      while (this.requests < end.requests || performance.now() < end.time) await this.#one(this.requests++)
    }
    await Promise.all(Array.from({ length: CLIENTS }, client))
  }

  end(): void {
    this.#agent.destroy()
  }

  async #one(number: number): Promise<void> {
    const kinds = [
      this.#encrypt,
      this.#decrypt,
      this.#batch,
      this.#byClient,
      this.#lines,
      this.#forged,
      this.#stranger,
      this.#hangUp,
      this.#hangUpInLines,
    ]
    const isAsExpected = await kinds[number % kinds.length]?.call(this).catch(() => false)
    if (!isAsExpected) this.unexpected++
  }

  async #encrypt(): Promise<boolean> {
    const reply = await this.#send('/v1/customer/encrypt', { phone: '13800138000', name: '张三' })
    if (reply?.status === 200) this.#record = reply.json
    return reply?.status === 200
  }

  async #decrypt(): Promise<boolean> {
    if (Object.keys(this.#record).length === 0) return true
    const reply = await this.#send('/v1/customer/decrypt', this.#record)
    return reply?.json['name'] === '张三'
  }

  async #batch(): Promise<boolean> {
    const reply = await this.#send('/v1/customer/encrypt/batch', [{ fields: { a: 'b' } }, { fields: {} }])
    return reply?.status === 200
  }

  async #byClient(): Promise<boolean> {
    const encrypted = await this.#client.encrypt('customer', { name: '张三' }, { row: '7' })
    const { name } = await this.#client.decrypt('customer', encrypted, { row: '7' })
    const renewed = await this.#client.rewrap('customer', encrypted, { row: '7' })
    return name === '张三' && renewed.kms_encrypt_key !== ''
  }

  async #lines(): Promise<boolean> {
    const items = Array.from({ length: 5 }, (_, index) => ({ fields: index === 3 ? {} : { name: `${index}` } }))
    let errors = 0
    for await (const result of this.#client.encryptLines('customer', items)) errors += 'error' in result ? 1 : 0
    return errors === 1
  }

  /** In the middle of a stream. */
  async #hangUpInLines(): Promise<boolean> {
    const results = this.#client.encryptLines('customer', oneAndNoEnd())
    const { value } = await results.next()
    await results.return()
    return value !== undefined && 'record' in value
  }

  async #forged(): Promise<boolean> {
    const reply = await this.#send('/v1/customer/decrypt', { ...this.#record, phone: 'enc1.envelope.AAAA' })
    return reply?.status === 422 || reply?.status === 400
  }

  async #stranger(): Promise<boolean> {
    const reply = await send({ ...this.#service.target, key: 'nobody' }, '/v1/customer/encrypt', {}, this.#agent)
    return reply?.status === 401
  }

  /** In the middle of a request. */
  #hangUp(): Promise<boolean> {
    const { host, port } = this.#service.target
    return new Promise((resolve) => {
      const socket = connect(port, host, () => {
        socket.write('POST /v1/customer/encrypt HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{"a"', () =>
          socket.destroy(),
        )
      })
      socket.on('close', () => resolve(true))
      socket.on('error', () => undefined)
    })
  }

  #send(path: string, body: object): ReturnType<typeof send> {
    return send(this.#service.target, path, body, this.#agent)
  }
}

async function* oneAndNoEnd() {
  yield { fields: { name: '张三' } }
  await new Promise(() => undefined)
}

/** The median of the slopes between all pairs, which a few odd values do not move. */
function slope(points: readonly { readonly requests: number; readonly bytes: number }[]): number {
  const slopes = points.flatMap((later, index) =>
    points
      .slice(0, index)
      .map((earlier) => (later.bytes - earlier.bytes) / Math.max(1, later.requests - earlier.requests)),
  )
  return slopes.sort((a, b) => a - b)[slopes.length >> 1] ?? 0
}
