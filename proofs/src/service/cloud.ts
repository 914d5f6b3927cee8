import { type Fault, type FaultyProxy, startFaultyProxy } from '../faulty-proxy.js'
import { type LocalKmsServer, startLocalKmsServer } from '../local-kms-server.js'

/** A KMS over HTTP for several services, whose way to it can break. */
export class Cloud implements AsyncDisposable {
  readonly #server: LocalKmsServer
  #proxy: FaultyProxy
  #fault: Fault | undefined
  #isGone = false

  private constructor(server: LocalKmsServer, proxy: FaultyProxy) {
    this.#server = server
    this.#proxy = proxy
  }

  static async start(): Promise<Cloud> {
    const server = await startLocalKmsServer()
    const cloud: Cloud = new Cloud(server, await startFaultyProxy({ target: server.port, choose: () => cloud.#fault }))
    return cloud
  }

  /** The section of the configuration; its credentials are in `env`. */
  get section(): string {
    const credentials = '{ accessKeyId: { env: PROOF_KEY_ID }, accessKeySecret: { env: PROOF_KEY_SECRET } }'
    const limits = 'attemptTimeoutMs: 400, totalTimeoutMs: 1500'
    return `{ use: aliyun, region: local, endpoint: "${this.#proxy.endpoint}", protocol: http, credentials: ${credentials}, ${limits} }`
  }

  get env(): NodeJS.ProcessEnv {
    const { id, secret } = this.#server.accessKey
    return { PROOF_KEY_ID: id, PROOF_KEY_SECRET: secret }
  }

  /** Goes away; without a fault nothing listens. */
  async leave(fault?: Fault): Promise<void> {
    this.#fault = fault
    this.#isGone = fault === undefined
    if (this.#isGone) await this.#proxy[Symbol.asyncDispose]()
  }

  async comeBack(): Promise<void> {
    const { port } = this.#proxy
    this.#fault = undefined
    if (this.#isGone)
      this.#proxy = await startFaultyProxy({ target: this.#server.port, choose: () => this.#fault, port })
    this.#isGone = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.comeBack()
    await this.#proxy[Symbol.asyncDispose]()
    await this.#server[Symbol.asyncDispose]()
  }
}
