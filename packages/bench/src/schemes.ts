import { join } from 'node:path'
import { type DataKeyPolicy, EnvelopeProvider } from '@parasol/backend-envelope'
import { GpgProvider, generateGpgKey, KeyRing } from '@parasol/backend-gpg'
import { KmsDirectProvider } from '@parasol/backend-kms-direct'
import { type Cipher, type CryptoProvider, createCrypto } from '@parasol/core'
import { LocalKms } from '@parasol/kms-local'
import { delayedKms } from './delayed-kms.js'
import { temporaryFolder } from './temporary-folder.js'

/** A cipher of each scheme, all over one local KMS. */
export interface Schemes extends AsyncDisposable {
  /** The envelope by its default policy comes first. */
  readonly ciphers: readonly SchemeCipher[]
}

export interface SchemeCipher {
  readonly name: string
  readonly cipher: Cipher
  readonly maxPlaintextBytes: number
}

const KEY_ID = 'alias/bench'

/** The local KMS is the real one, over a sealed store on disk, and answers that much later. */
export async function openSchemes(latencyMs: number): Promise<Schemes> {
  const folder = await temporaryFolder()
  const rootKey = { keyFile: join(folder.path, 'root.key') }
  const local = new LocalKms({ folder: join(folder.path, 'kms'), rootKey, createKeys: [KEY_ID] })
  const kms = delayedKms(local, latencyMs)
  const envelope = (dataKeys: DataKeyPolicy) => new EnvelopeProvider({ kms, keyId: KEY_ID, dataKeys })
  const gpg = await openGpg()
  const providers: readonly (readonly [string, CryptoProvider & Partial<Disposable>])[] = [
    ['envelope, per-record', envelope('per-record')],
    ['envelope, per-record, 8 keys fetched ahead', envelope({ perRecord: { prefetch: 8 } })],
    ['envelope, reuse', envelope({ reuse: { maxRecords: 10_000 } })],
    ['kms-direct', new KmsDirectProvider({ kms, keyId: KEY_ID })],
    ['gpg, signed', gpg],
  ]
  return {
    ciphers: providers.map(([name, provider]) => ({
      name,
      cipher: createCrypto([provider], { bench: { scheme: provider.scheme } }).for('bench'),
      maxPlaintextBytes: provider.traits.maxPlaintextBytes,
    })),
    [Symbol.asyncDispose]: async () => {
      for (const [, provider] of providers) provider[Symbol.dispose]?.()
      await local[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

async function openGpg(): Promise<GpgProvider> {
  const keyRing = KeyRing.inMemory()
  const { fingerprint, secretKey } = await generateGpgKey({ name: 'Bench', unprotected: true })
  await keyRing.import(secretKey)
  return new GpgProvider({ keyRing, recipients: [fingerprint], signer: fingerprint, context: 'signed' })
}
