import { allocateSecret, CryptoError } from '@parasol/core'
import { destroyRequestsOnAbort } from './abort-requests.js'
import { type AliyunCredentials, obtainCredentials, sameCredentials } from './credentials.js'
import {
  type Answer,
  API_VERSION,
  base64,
  type Parameters,
  type Transport,
  type TransportOptions,
} from './transport.js'

/** The part of @alicloud/kms20160120's client that we use. */
interface RpcClient {
  doRequest(
    action: string,
    protocol: string,
    method: string,
    version: string,
    authType: string,
    query: null,
    body: Readonly<Record<string, string>>,
    runtime: object,
  ): Promise<Readonly<Record<string, unknown>>>
}

/**
 * Calls Alibaba Cloud KMS through its own client, `@alicloud/kms20160120`, which is loaded at the first call: it takes
 * longer to load than all of Parasol.
 *
 * The client's methods for single operations put every parameter, the plaintext too, into the URL, where access logs,
 * proxies and the client's own network errors repeat them. Its `doRequest` also takes them as a form, which the service
 * reads as well; so they go there.
 */
export class OfficialTransport implements Transport {
  readonly #options: TransportOptions
  #current: { credentials: AliyunCredentials; client: RpcClient } | undefined

  constructor(options: TransportOptions) {
    this.#options = options
  }

  /** Loads Alibaba's client, so that the time for it does not count as the KMS's. */
  async prepare(): Promise<void> {
    if (!this.#current) await loadLibrary()
  }

  async call(action: string, parameters: Parameters, signal: AbortSignal, timeoutMs: number): Promise<Answer> {
    const client = await this.#client()
    const { protocol } = this.#options
    const runtime = { readTimeout: timeoutMs, connectTimeout: timeoutMs, autoretry: false }
    return separate(
      await destroyRequestsOnAbort(
        () => client.doRequest(action, protocol, 'POST', API_VERSION, 'AK', null, toText(parameters), runtime),
        signal,
      ),
    )
  }

  /** A client is made for its credentials; new ones get a new client. */
  async #client(): Promise<RpcClient> {
    const credentials = await obtainCredentials(this.#options.credentials)
    if (this.#current && sameCredentials(this.#current.credentials, credentials)) return this.#current.client
    const client = await createClient(this.#options, credentials)
    this.#current = { credentials, client }
    return client
  }
}

function toText(parameters: Parameters): Record<string, string> {
  const entries = Object.entries(parameters)
  return Object.fromEntries(entries.map(([name, value]) => [name, typeof value === 'string' ? value : base64(value)]))
}

/** The client resolves whatever came with a status below 400. The string of the plaintext is left to the collector. */
function separate({ Plaintext: text, ...fields }: Readonly<Record<string, unknown>>): Answer {
  return { fields, plaintext: typeof text === 'string' ? toBytes(text) : undefined }
}

function toBytes(text: string): Uint8Array {
  const bytes = allocateSecret(Buffer.byteLength(text))
  Buffer.from(bytes.buffer).write(text)
  return bytes
}

async function createClient(options: TransportOptions, credentials: AliyunCredentials): Promise<RpcClient> {
  const { Client, Config } = await loadLibrary()
  const { endpoint, region, protocol } = options
  const config = new Config({
    endpoint,
    regionId: region,
    protocol,
    // A copy: the client writes into its configuration.
    ...credentials,
  })
  return new Client(config) as unknown as RpcClient
}

async function loadLibrary() {
  try {
    const [{ default: kms }, { Config }] = await Promise.all([
      import('@alicloud/kms20160120'),
      import('@alicloud/rpc-client'),
    ])
    return { Client: kms.default, Config }
  } catch (cause) {
    const remedy = 'it imports packages that it does not declare, so a strict package manager must be told of them'
    throw new CryptoError('INTERNAL', `@alicloud/kms20160120 cannot be loaded: ${remedy}`, { cause })
  }
}
