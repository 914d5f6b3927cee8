import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KeyService, type KmsServer, LocalKms, startKmsServer } from '@parasol/kms-local'

const require = createRequire(new URL('../packages/kms-aliyun/package.json', import.meta.url))
const library = require('@alicloud/kms20160120')
const { Config } = require('@alicloud/rpc-client')
const { RuntimeOptions } = require('@alicloud/tea-util')

/** A local KMS behind a socket and Alibaba's client as it comes, with a clock that passes when a test says so. */
export interface RawClient extends AsyncDisposable {
  readonly service: KeyService
  readonly server: KmsServer
  readonly clock: { pass(milliseconds: number): void }
  /** Calls a method of the client, such as `Encrypt`, with a request of its own class. */
  // biome-ignore lint/suspicious/noExplicitAny: the client's answers are as untyped as its models
  call(operation: string, fields?: object): Promise<any>
  /** Sends an operation for which the client has no method. */
  request(operation: string, parameters: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>>
}

export async function startRawClient(): Promise<RawClient> {
  const folder = mkdtempSync(join(tmpdir(), 'parasol-raw-'))
  let passed = 0
  const now = () => new Date(Date.now() + passed)
  const kms = new LocalKms({ folder: join(folder, 'kms'), rootKey: { keyFile: join(folder, 'key') }, now })
  const service = await kms.open()
  // The client signs by the real clock; only the keys live by the other one.
  const server = await startKmsServer({ service })
  const { id: accessKeyId, secret: accessKeySecret } = await service.createAccessKey()
  const config = { accessKeyId, accessKeySecret, endpoint: server.endpoint, protocol: 'http', regionId: 'local' }
  const client = new library.default(new Config(config))
  return {
    service,
    server,
    clock: {
      pass: (milliseconds) => {
        passed += milliseconds
      },
    },
    call: (operation, fields = {}) => {
      const method = client[`${operation[0]?.toLowerCase()}${operation.slice(1)}`]
      const Request = library[`${operation}Request`]
      return method.call(client, Request ? new Request(fields) : {})
    },
    request: (operation, parameters) =>
      client.doRequest(operation, 'http', 'POST', '2016-01-20', 'AK', parameters, null, new RuntimeOptions({})),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await kms[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}
