import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

type Fields = Readonly<Record<string, string | undefined>>

/** Alibaba's client as it comes. */
export interface RawClient {
  encrypt(request: object): Promise<Fields>
  decrypt(request: object): Promise<Fields>
  generateDataKey(request: object): Promise<Fields>
}

export interface RawClientOptions {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly accessKeySecret: string
}

/** For controls: the given client without Parasol around it, asked to retry as its documentation says. */
export function createRawClient(options: RawClientOptions): {
  client: RawClient
  requests: Readonly<
    Record<'EncryptRequest' | 'DecryptRequest' | 'GenerateDataKeyRequest', new (fields: object) => object>
  >
} {
  const kms = createRequire(fileURLToPath(import.meta.resolve('@parasol/kms-aliyun/package.json')))
  const library = kms('@alicloud/kms20160120')
  const { Config } = kms('@alicloud/rpc-client')
  const config = { ...options, protocol: 'http', regionId: 'local', readTimeout: 500, connectTimeout: 500 }
  return { client: new library.default(new Config(config)), requests: library }
}
