// Run by redkey.ts in a process of its own: encrypts and decrypts records, tells its parent under a mask which data keys
// it used, and waits to be looked into.
import { EnvelopeProvider } from '@parasol/backend-envelope'
import type { Kms } from '@parasol/core'
import { AliyunKms, type TransportName } from '@parasol/kms-aliyun'
import { LocalKms } from '@parasol/kms-local'
import { KEY_ID } from '../local-kms-server.js'

const [mode = '', count = '', maskHex = '', where = '', accessKeyId = '', accessKeySecret = ''] = process.argv.slice(2)
const KEY_BYTES = 32
const mask = Buffer.from(maskHex, 'hex')
const masked = Buffer.alloc(Number(count) * KEY_BYTES)
let used = 0

/** What the control does: holds each key as text. */
const kept: string[] = []

if (mode === 'alive' || mode === 'destroyed') await useKmsKeys()
else await useDataKeys()
process.send?.({ masked: masked.toString('hex') })
setInterval(() => kept.length, 1_000)

async function useDataKeys(): Promise<void> {
  const provider = new EnvelopeProvider({ kms: observed(kmsOf(mode)), keyId: KEY_ID })
  for (let row = 0; row < Number(count); row++) {
    const context = { row: String(row) }
    const ciphertext = await provider.encrypt(Buffer.from('13800138000'), context)
    await provider.decrypt(ciphertext, context)
  }
}

/** Makes keys of the local KMS and uses them; and lets the day come on which they are destroyed, if they are to be. */
async function useKmsKeys(): Promise<void> {
  let now = Date.now()
  const kms = new LocalKms({ folder: where, rootKey: { keyFile: `${where}.key` }, now: () => new Date(now) })
  const service = await kms.open()
  for (let index = 0; index < Number(count); index++) {
    const key = await service.createKey()
    const { id } = key.metadata
    note(service.describeKey(id).material(key.primaryVersion.id) ?? new Uint8Array())
    const context = { row: String(index) }
    await kms.decrypt(await kms.encrypt(id, Buffer.from('13800138000'), context), context)
    if (mode === 'destroyed') await service.scheduleKeyDeletion(id, 7)
  }
  if (mode === 'alive') return
  now += 8 * 86_400_000
  await service.upkeep()
  if (service.keys.length > 0) throw new Error('Keys are still there')
}

function kmsOf(mode: string): Kms {
  if (!isTransport(mode))
    return new LocalKms({ folder: where, rootKey: { keyFile: `${where}.key` }, createKeys: [KEY_ID] })
  const credentials = { accessKeyId, accessKeySecret }
  return new AliyunKms({ region: 'local', endpoint: where, protocol: 'http', credentials, transport: mode })
}

/** Takes a masked copy of a key, byte by byte, so that the observer itself leaves nothing to be found. */
function note(key: Uint8Array): void {
  for (let index = 0; index < KEY_BYTES; index++) {
    masked[used * KEY_BYTES + index] = (key[index] ?? 0) ^ (mask[index] ?? 0)
  }
  used++
}

function observed(kms: Kms): Kms {
  return {
    maxPlaintextBytes: kms.maxPlaintextBytes,
    encrypt: (...args) => kms.encrypt(...args),
    decrypt: (...args) => kms.decrypt(...args),
    generateDataKey: async (...args) => {
      const key = await kms.generateDataKey(...args)
      const { plaintext } = key
      note(plaintext)
      if (mode === 'kept') kept.push(Buffer.from(plaintext).toString('base64'))
      return key
    },
  }
}

function isTransport(mode: string): mode is TransportName {
  return mode === 'lean' || mode === 'official'
}
