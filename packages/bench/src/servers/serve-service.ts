import { join } from 'node:path'
import { EnvelopeProvider } from '@parasol/backend-envelope'
import { createCrypto } from '@parasol/core'
import { LocalKms } from '@parasol/kms-local'
import { AuditLog, BackupLog, hashApiKey, type LogName, startService } from '@parasol/service'
import { API_KEY, USE_CASE } from '../service-requests.js'
import type { Served } from './served.js'

export interface ServedServiceOptions {
  readonly folder: string
  readonly suite: string
  /** What is on disk before a request is answered: its record, and who did what. */
  readonly logs: readonly LogName[]
}

const KEY_ID = 'alias/bench'

/** The service with one caller who has an API key, over the local KMS in the same process. */
export async function serveService({ folder, suite, logs }: ServedServiceOptions): Promise<Served> {
  const kms = new LocalKms({
    folder: join(folder, 'kms'),
    rootKey: { keyFile: join(folder, 'root.key') },
    createKeys: [KEY_ID],
  })
  const provider = new EnvelopeProvider({ kms, keyId: KEY_ID, suite, dataKeys: { reuse: {} } })
  const backup = logs.includes('backup') ? await BackupLog.open({ folder: join(folder, 'backup') }) : undefined
  const audit = logs.includes('audit') ? await AuditLog.open({ folder: join(folder, 'audit') }) : undefined
  const caller = { name: 'bench', keyHashes: [hashApiKey(API_KEY)], useCases: [USE_CASE] }
  const service = await startService({
    crypto: createCrypto([provider], { [USE_CASE]: { scheme: 'envelope' } }),
    // Connections wait until all servers have started.
    limits: { arrivalMs: 120_000 },
    callers: [{ ...caller, operations: ['encrypt', 'decrypt'] }],
    backup,
    audit,
  })
  return {
    port: service.port,
    close: async () => {
      await service.close()
      await backup?.[Symbol.asyncDispose]()
      await audit?.[Symbol.asyncDispose]()
      provider[Symbol.dispose]()
      await kms[Symbol.asyncDispose]()
    },
  }
}
