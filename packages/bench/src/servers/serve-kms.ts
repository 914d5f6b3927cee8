import { join } from 'node:path'
import { LocalKms, startKmsServer } from '@parasol/kms-local'
import { KEY_ID } from '../signed-requests.js'
import type { Served } from './served.js'

/** The local KMS, with its audit log or without. */
export async function serveKms(folder: string, audited: boolean): Promise<Served> {
  const kms = new LocalKms({
    folder: join(folder, 'kms'),
    rootKey: { keyFile: join(folder, 'root.key') },
    createKeys: [KEY_ID],
  })
  const service = await kms.open()
  const { id, secret } = await service.createAccessKey()
  const audit = audited ? await service.openAuditLog() : undefined
  const server = await startKmsServer({ service, requestTimeoutMs: 240_000, ...(audit ? { audit } : {}) })
  return {
    port: server.port,
    accessKey: { id, secret },
    close: async () => {
      await server[Symbol.asyncDispose]()
      await audit?.[Symbol.asyncDispose]()
      await kms[Symbol.asyncDispose]()
    },
  }
}
