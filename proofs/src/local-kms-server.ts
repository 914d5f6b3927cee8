import { join } from 'node:path'
import { AliyunKms, type AliyunKmsOptions } from '@parasol/kms-aliyun'
import { type AccessKey, type FaultInjector, type KeyService, LocalKms, startKmsServer } from '@parasol/kms-local'
import { TemporaryFolder } from './temporary-folder.js'

export const KEY_ID = 'alias/proof'

/** A local KMS behind a socket, with an access key. */
export interface LocalKmsServer extends AsyncDisposable {
  readonly folder: string
  readonly kms: LocalKms
  readonly service: KeyService
  readonly accessKey: AccessKey
  /** `host:port` */
  readonly endpoint: string
  readonly port: number
  /** Alibaba's client in Parasol's hands, pointed at an endpoint, by default this server's. */
  client(options?: Partial<AliyunKmsOptions>): AliyunKms
}

/** @param faultPlan what goes wrong with its requests */
export async function startLocalKmsServer(faultPlan?: FaultInjector): Promise<LocalKmsServer> {
  const folder = new TemporaryFolder()
  const kms = new LocalKms({
    folder: join(folder.path, 'kms'),
    rootKey: { keyFile: join(folder.path, 'root.key') },
    createKeys: [KEY_ID],
  })
  const service = await kms.open()
  const accessKey = await service.createAccessKey()
  const server = await startKmsServer({ service, ...(faultPlan ? { faultPlan } : {}) })
  const credentials = { accessKeyId: accessKey.id, accessKeySecret: accessKey.secret }
  return {
    folder: folder.path,
    kms,
    service,
    accessKey,
    endpoint: server.endpoint,
    port: server.port,
    client: (options) =>
      new AliyunKms({ region: 'local', endpoint: server.endpoint, protocol: 'http', credentials, ...options }),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await kms[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}
