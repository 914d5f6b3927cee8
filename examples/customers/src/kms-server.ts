import { createWriteStream } from 'node:fs'
import { CryptoError } from '@parasol/core'
import { type KmsServer, LocalKms, startKmsServer } from '@parasol/kms-local'

/** What the process of the KMS tells the one that started it. */
export type KmsMessage =
  | {
      readonly type: 'ready'
      readonly endpoint: string
      readonly accessKey: { readonly id: string; readonly secret: string }
    }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'calls'; readonly calls: number }

/** The alias of the key that both schemes with a KMS use. */
const ALIAS = 'alias/customers'
const [folder = '', keyFile = '', logFile = ''] = process.argv.slice(2)
let calls = 0

// Ctrl-C reaches the whole group of processes: this one ends when the one that started it does.
process.on('SIGINT', () => undefined)

try {
  await serve()
} catch (error) {
  tell({ type: 'failed', message: CryptoError.is(error) ? error.message : 'The KMS server failed' })
  process.disconnect?.()
  process.exitCode = 1
}

async function serve(): Promise<void> {
  const kms = new LocalKms({
    folder,
    rootKey: { keyFile },
    createKeys: [ALIAS],
    onDamage: (damage) => {
      throw damage
    },
  })
  const service = await kms.open()
  const accessKey = await service.createAccessKey()
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 })
  const server = await startKmsServer({
    service,
    onRequest: (action, fault) => {
      calls++
      log.write(`${new Date().toISOString()} ${action} ${fault ?? 'ok'}\n`)
    },
  })
  process.on('message', () => tell({ type: 'calls', calls }))
  process.on('disconnect', () => void close(server))
  tell({ type: 'ready', endpoint: server.endpoint, accessKey })

  /** The access key is of this run only. */
  async function close(server: KmsServer): Promise<void> {
    await server[Symbol.asyncDispose]()
    await service.deleteAccessKey(accessKey.id)
    await kms[Symbol.asyncDispose]()
    log.end()
  }
}

function tell(message: KmsMessage): void {
  process.send?.(message)
}
