// Run by leaklog.ts in a process of its own, with DEBUG=*: meets every failure and prints all that is to be seen of it.
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { DataKey, formatToken, type Kms } from '@parasol/core'
import { AliyunKms, type TransportName } from '@parasol/kms-aliyun'
import { startKmsServer } from '@parasol/kms-local'
import { type Fault, startFaultyProxy } from '../faulty-proxy.js'
import { echo, kmsFaults } from '../kms-faults.js'
import { createRawClient } from '../raw-client.js'
import { KEY_ID, openThreeSchemes } from '../three-schemes.js'
import { type Call, callsThrough, failuresOf, storeFailures } from './failures.js'
import { show } from './show.js'

const [mode = '', folder = '', plaintext = '', passphrase = ''] = process.argv.slice(2)
const TRANSPORTS: readonly TransportName[] = ['lean', 'official']
const outcomes = { succeeded: 0, failed: 0, untyped: 0 }

if (mode === 'raw') await showRawClient()
else await meetEveryFailure()
tell({ outcomes })
process.disconnect?.()

async function meetEveryFailure(): Promise<void> {
  await using schemes = await openThreeSchemes(folder, { passphrase, through: observed })
  const stranger = formatToken('envelope', Buffer.from(plaintext.repeat(8)))
  const tokens = new Map<string, string>()
  for (const provider of schemes.providers) {
    const ciphertext = await provider.encrypt(Buffer.from(plaintext), {})
    tokens.set(provider.scheme, formatToken(provider.scheme, ciphertext))
    canary(`${provider.scheme} token`, ciphertext)
    await showAll(await failuresOf(provider, plaintext, stranger))
  }
  await showAll(storeFailures(folder, passphrase))
  const service = await schemes.kms.open()
  const { id: accessKeyId, secret: accessKeySecret } = await service.createAccessKey()
  canary('access key secret', Buffer.from(accessKeySecret))
  await using server = await startKmsServer({ service })
  const log = createWriteStream(join(folder, 'access.log'))
  let fault: Fault | undefined
  await using proxy = await startFaultyProxy({
    target: server.port,
    choose: () => fault,
    log: (line) => log.write(`${line}\n`),
  })
  const limits = { attemptTimeoutMs: 150, totalTimeoutMs: 300, maxAttempts: 1, breakAfter: 1_000_000 }
  const options = { region: 'local', endpoint: proxy.endpoint, protocol: 'http', ...limits } as const
  const credentials = { accessKeyId, accessKeySecret }
  for (const transport of TRANSPORTS) {
    const kms = observed(new AliyunKms({ ...options, credentials, transport }))
    for (fault of [undefined, ...Object.values(kmsFaults), echo(400), echo(200), echo(503)]) {
      await showAll(callsThrough(kms, plaintext, tokens))
    }
  }
  fault = undefined
  const strangers: readonly Partial<ConstructorParameters<typeof AliyunKms>[0]>[] = [
    { credentials: { ...credentials, accessKeyId: 'LTAInobody' } },
    { credentials: { accessKeyId, accessKeySecret: `${accessKeySecret}!` } },
    { credentials, endpoint: '127.0.0.1:1' },
    { credentials: () => Promise.reject(new Error('no credentials')) },
  ]
  for (const transport of TRANSPORTS) {
    for (const wrong of strangers) {
      await showAll(callsThrough(new AliyunKms({ ...options, transport, ...wrong }), plaintext, tokens))
    }
  }
  await new Promise((resolve) => log.end(resolve))
}

/** What Alibaba's client shows by itself of a connection that is refused. */
async function showRawClient(): Promise<void> {
  const { client, requests } = createRawClient({ endpoint: '127.0.0.1:1', accessKeyId: 'LTAI', accessKeySecret: 'x' })
  const request = { keyId: KEY_ID, plaintext: Buffer.from(plaintext).toString('base64') }
  await showAll([() => client.encrypt(new requests.EncryptRequest(request))])
}

async function showAll(calls: readonly Call[]): Promise<void> {
  for (const call of calls) outcomes[await show(call)]++
}

/** The same KMS, of whose plaintext data keys the parent is told, so that it can look for them. */
function observed(kms: Kms): Kms {
  return {
    maxPlaintextBytes: kms.maxPlaintextBytes,
    encrypt: (...args) => kms.encrypt(...args),
    decrypt: (...args) => kms.decrypt(...args),
    generateDataKey: async (...args) => {
      const key = await kms.generateDataKey(...args)
      canary('data key', key.plaintext)
      console.log(key, JSON.stringify(key), String(new DataKey(key.wrapped, Uint8Array.from(key.plaintext))))
      return key
    },
  }
}

function canary(name: string, bytes: Uint8Array): void {
  tell({ canary: { name, hex: Buffer.from(bytes).toString('hex') } })
}

function tell(message: object): void {
  process.send?.(message)
}
