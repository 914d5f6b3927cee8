import { join } from 'node:path'
import { type AccessKey, type KeyService, type KmsServer, LocalKms, startKmsServer } from '@parasol/kms-local'
import { onTestFinished } from 'vitest'
import { scratchFolder } from './scratch.js'
import { type Fields, form, signed } from './signed.js'

export interface Running {
  readonly folder: string
  readonly service: KeyService
  readonly server: KmsServer
  readonly root: AccessKey
  /** Moves the clock of the service. */
  later(milliseconds: number): void
  /** What a request of the root access key, or of another, is answered. */
  readonly call: Call
  /** The same at another server over the same store. */
  callAt(server: KmsServer): Call
}

type Call = (fields: Fields, accessKey?: AccessKey) => Promise<Readonly<Record<string, unknown>>>

/** A service over a socket, with a clock that the test moves. */
export async function start(): Promise<Running> {
  const folder = scratchFolder()
  let shift = 0
  const now = (): Date => new Date(Date.now() + shift)
  const kms = new LocalKms({ folder, rootKey: { keyFile: join(folder, 'key') }, createKeys: ['alias/one'], now })
  const service = await kms.open()
  const server = await startKmsServer({ service })
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]()
    await kms[Symbol.asyncDispose]()
  })
  const root = await service.createAccessKey()
  return {
    folder,
    service,
    server,
    root,
    later: (milliseconds) => {
      shift += milliseconds
    },
    call: callAt(server, root),
    callAt: (other) => callAt(other, root),
  }
}

function callAt({ url }: KmsServer, root: AccessKey): Call {
  return async (fields, accessKey = root) => {
    const body = form(signed('POST', accessKey, fields))
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return (await (await fetch(url, { method: 'POST', body, headers })).json()) as Record<string, unknown>
  }
}

/** A new key's id and version. */
export async function createKey(running: Running, fields: Fields): Promise<{ KeyId: string; KeyVersionId: string }> {
  const { KeyMetadata } = await running.call({ Action: 'CreateKey', ...fields })
  const { KeyId, PrimaryKeyVersion } = KeyMetadata as Record<string, string>
  return { KeyId: `${KeyId}`, KeyVersionId: `${PrimaryKeyVersion}` }
}
