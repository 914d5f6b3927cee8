import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AliyunKms, type AliyunKmsOptions } from '@parasol/kms-aliyun'
import { type AccessKey, type KeyService, type KmsServer, LocalKms, startKmsServer } from '@parasol/kms-local'

/** A local KMS behind a real socket, with an access key, for tests. */
export interface LocalServer extends AsyncDisposable {
  readonly kms: LocalKms
  readonly service: KeyService
  readonly server: KmsServer
  readonly accessKey: AccessKey
  /** The real client, pointed at this server. */
  client(options?: Partial<AliyunKmsOptions>): AliyunKms
}

export async function startLocalServer(aliases: readonly string[]): Promise<LocalServer> {
  const folder = mkdtempSync(join(tmpdir(), 'parasol-server-'))
  const kms = new LocalKms({
    folder: join(folder, 'kms'),
    rootKey: { keyFile: join(folder, 'key') },
    createKeys: aliases,
  })
  const service = await kms.open()
  const accessKey = await service.createAccessKey()
  const server = await startKmsServer({ service })
  const credentials = () => ({ accessKeyId: accessKey.id, accessKeySecret: accessKey.secret })
  return {
    kms,
    service,
    server,
    accessKey,
    client: (options) =>
      new AliyunKms({ region: 'local', endpoint: server.endpoint, protocol: 'http', credentials, ...options }),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await kms[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}
