import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FAST_SUITE } from '../ciphers.js'
import { bareEcho } from './bare-echo.js'
import { bareSigned } from './bare-signed.js'
import { serveKms } from './serve-kms.js'
import { serveService } from './serve-service.js'
import type { Served } from './served.js'

const SECRET = 'a secret of the bare server, of 40 bytes'

/** Everything that can be served, by name; each may write to a folder of its own. */
export const servers = {
  echo: () => serveBare(bareEcho()),
  signed: () => serveBare(bareSigned(SECRET), { id: 'bare', secret: SECRET }),
  kms: (folder) => serveKms(folder, false),
  'kms-audited': (folder) => serveKms(folder, true),
  service: (folder) => serveService({ folder, suite: FAST_SUITE, logs: [] }),
  'service-logged': (folder) => serveService({ folder, suite: FAST_SUITE, logs: ['backup'] }),
  'service-audited': (folder) => serveService({ folder, suite: FAST_SUITE, logs: ['backup', 'audit'] }),
  'service-aes': (folder) => serveService({ folder, suite: 'aes-256-gcm', logs: [] }),
} as const satisfies Record<string, (folder: string) => Promise<Served>>

export type ServerName = keyof typeof servers

async function serveBare(server: Server, accessKey?: Served['accessKey']): Promise<Served> {
  server.keepAliveTimeout = 60_000
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    ...(accessKey ? { accessKey } : {}),
    close: async () => {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}
