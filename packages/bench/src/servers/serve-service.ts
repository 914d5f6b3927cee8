import { join } from 'node:path'
import { EnvelopeProvider } from '@parasol/backend-envelope'
import { createCrypto } from '@parasol/core'
import { LocalKms } from '@parasol/kms-local'
import { BackupLog, hashApiKey, startService } from '@parasol/service'
import { API_KEY, USE_CASE } from '../service-requests.js'
import type { Served } from './served.js'

export interface ServedServiceOptions {
  readonly folder: string
  readonly suite: string
  /** Whether every record is on disk before it is answered. */
  readonly logged: boolean
}

const KEY_ID = 'alias/bench'

/** The service with one caller who has an API key, over the local KMS in the same process. */
export async function serveService({ folder, suite, logged }: ServedServiceOptions): Promise<Served> {
  const kms = new LocalKms({
    folder: join(folder, 'kms'),
    rootKey: { keyFile: join(folder, 'root.key') },
    createKeys: [KEY_ID],
  })
  const provider = new EnvelopeProvider({ kms, keyId: KEY_ID, suite, dataKeys: { reuse: {} } })
  const backup = logged ? await BackupLog.open({ folder: join(folder, 'backup') }) : undefined
  const caller = { name: 'bench', keyHashes: [hashApiKey(API_KEY)], useCases: [USE_CASE] }
  const service = await startService({
    crypto: createCrypto([provider], { [USE_CASE]: { scheme: 'envelope' } }),
    callers: [{ ...caller, operations: ['encrypt', 'decrypt'] }],
    ...(backup ? { backup } : {}),
  })
  return {
    port: service.port,
    close: async () => {
      await service.close()
      await backup?.[Symbol.asyncDispose]()
      provider[Symbol.dispose]()
      await kms[Symbol.asyncDispose]()
    },
  }
}
