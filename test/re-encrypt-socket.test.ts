import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KmsDirectProvider } from '@parasol/backend-kms-direct'
import { AliyunKms } from '@parasol/kms-aliyun'
import { LocalKms, startKmsServer } from '@parasol/kms-local'
import { expect, it, vi } from 'vitest'

vi.setConfig({ testTimeout: 60_000 })

/** For a machine that is busy with other things. */
const PATIENCE = { attemptTimeoutMs: 20_000, totalTimeoutMs: 60_000 }
const context = { 'parasol:purpose': 'customer.phone', customer: '7' }

/** A local KMS behind a wire on which every byte is seen, in both directions. */
async function tappedKms(transport: 'lean' | 'official') {
  const folder = mkdtempSync(join(tmpdir(), 'parasol-wire-'))
  const kms = new LocalKms({
    folder: join(folder, 'kms'),
    rootKey: { keyFile: join(folder, 'kms.key') },
    createKeys: ['alias/app'],
  })
  const service = await kms.open()
  const server = await startKmsServer({ service })
  const { id: accessKeyId, secret: accessKeySecret } = await service.createAccessKey()
  const seen: Buffer[] = []
  const sockets = new Set<Socket>()
  const [host = '', port] = server.endpoint.split(':')
  const wire = createServer((socket) => {
    const onward = connect({ host, port: Number(port) })
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes: Buffer) => seen.push(Buffer.from(bytes)))
      from.on('error', () => undefined)
      from.pipe(to)
    }
  }).listen(0, '127.0.0.1')
  await once(wire, 'listening')
  const endpoint = `127.0.0.1:${(wire.address() as AddressInfo).port}`
  const credentials = { accessKeyId, accessKeySecret }
  return {
    service,
    client: new AliyunKms({ region: 'local', endpoint, protocol: 'http', credentials, transport, ...PATIENCE }),
    /** What crossed the wire since this was asked last. */
    heard: () => Buffer.concat(seen.splice(0)),
    async [Symbol.asyncDispose]() {
      wire.close()
      for (const socket of sockets) socket.destroy()
      await server[Symbol.asyncDispose]()
      await kms[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Whether a secret is in what was heard, as it is, as base64 in a form or in JSON, or as hexadecimal. */
function holds(heard: Buffer, secret: Uint8Array): boolean {
  const base64 = Buffer.from(secret).toString('base64')
  const forms = [base64, encodeURIComponent(base64), base64.slice(0, 20), Buffer.from(secret).toString('hex')]
  return heard.includes(Buffer.from(secret)) || forms.some((text) => heard.includes(text))
}

it.each(['lean', 'official'] as const)(
  'renews a data key over %s without its plaintext crossing the socket',
  async (transport) => {
    await using kms = await tappedKms(transport)
    using key = await kms.client.generateDataKey('alias/app', context)
    const redKey = Buffer.from(key.plaintext)
    expect(holds(kms.heard(), redKey)).toBe(true)
    await kms.service.rotateKey('alias/app')
    const renewed = await kms.client.reEncrypt(key.wrapped, 'alias/app', context)
    const heard = kms.heard()
    expect(heard.includes('ReEncrypt')).toBe(true)
    expect(holds(heard, redKey)).toBe(false)
    expect(kms.service.findKeyOf(renewed)).toBe(kms.service.findKey('alias/app'))
    expect(Buffer.from(renewed.subarray(0, 36)).equals(Buffer.from(key.wrapped.subarray(0, 36)))).toBe(false)
    expect(Buffer.from(await kms.client.decrypt(renewed, context)).equals(redKey)).toBe(true)
    expect(holds(kms.heard(), redKey)).toBe(true)
  },
)

it.each(['lean', 'official'] as const)(
  'rewraps a value of kms-direct over %s without it crossing the socket',
  async (transport) => {
    await using kms = await tappedKms(transport)
    const provider = new KmsDirectProvider({ kms: kms.client, keyId: 'alias/app' })
    const value = Buffer.from('the phone is 13800138000')
    const ciphertext = await provider.encrypt(value, context)
    expect(holds(kms.heard(), value)).toBe(true)
    const renewed = await provider.rewrap(ciphertext, context)
    const wrong = provider.rewrap(ciphertext, { ...context, customer: '8' })
    await expect(wrong).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
    expect(holds(kms.heard(), value)).toBe(false)
    expect(provider.stats()).toEqual({ rewraps: { reEncrypted: 1, decrypted: 0 } })
    expect(Buffer.from(await provider.decrypt(renewed, context))).toEqual(value)
  },
)
