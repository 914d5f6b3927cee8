import { CryptoError } from '@parasol/core'
import { type AliyunCredentials, type CredentialsSource, sameCredentials } from './credentials.js'

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

export interface ClientOptions {
  /** `host` or `host:port`. */
  readonly endpoint: string
  readonly region: string
  readonly protocol: 'https' | 'http'
  readonly credentials: CredentialsSource
  /** Limit of a connection and of an answer, in milliseconds. */
  readonly timeoutMs: number
}

const VERSION = '2016-01-20'
const LOOPBACK = /^(127(\.\d{1,3}){3}|\[::1\]|localhost)(:\d+)?$/

/**
 * Calls Alibaba Cloud KMS through its own client, `@alicloud/kms20160120`, which is loaded at the first call: it takes
 * longer to load than all of Parasol.
 *
 * The client's methods for single operations put every parameter, the plaintext too, into the URL, where access logs,
 * proxies and the client's own network errors repeat them. Its `doRequest` also takes them as a form, which the service
 * reads as well; so they go there.
 */
export class AliyunClient {
  readonly #options: ClientOptions
  #current: { credentials: AliyunCredentials; client: RpcClient } | undefined

  /** @throws CryptoError INVALID_CONFIG for plain HTTP to another machine, or an endpoint that is not a host */
  constructor(options: ClientOptions) {
    if (!/^[\w.-]+(:\d+)?$|^\[[\da-f:]+\](:\d+)?$/i.test(options.endpoint)) {
      throw new CryptoError(
        'INVALID_CONFIG',
        'The endpoint of the KMS must be a host or host:port, without a scheme or path',
      )
    }
    if (options.protocol === 'http' && !LOOPBACK.test(options.endpoint)) {
      throw new CryptoError('INVALID_CONFIG', 'Plain HTTP is for a KMS on this machine only: use protocol https')
    }
    this.#options = options
  }

  /** The fields of the answer. Rejects with whatever the client throws, which must not be shown to anyone. */
  async call(action: string, parameters: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>> {
    const client = await this.#client()
    const { protocol, timeoutMs } = this.#options
    const runtime = { readTimeout: timeoutMs, connectTimeout: timeoutMs, autoretry: false }
    return client.doRequest(action, protocol, 'POST', VERSION, 'AK', null, parameters, runtime)
  }

  /** A client is made for its credentials; new ones get a new client. */
  async #client(): Promise<RpcClient> {
    const credentials = await this.#options.credentials()
    if (this.#current && sameCredentials(this.#current.credentials, credentials)) return this.#current.client
    const client = await createClient(this.#options, credentials)
    this.#current = { credentials, client }
    return client
  }
}

async function createClient(options: ClientOptions, credentials: AliyunCredentials): Promise<RpcClient> {
  const [{ default: kms }, { default: rpc }] = await Promise.all([
    import('@alicloud/kms20160120'),
    import('@alicloud/rpc-client'),
  ])
  const { endpoint, region, protocol, timeoutMs } = options
  const config = new rpc.Config({
    endpoint,
    regionId: region,
    protocol,
    readTimeout: timeoutMs,
    connectTimeout: timeoutMs,
    // A copy: the client writes into its configuration.
    ...credentials,
  })
  return new kms.default(config) as unknown as RpcClient
}
