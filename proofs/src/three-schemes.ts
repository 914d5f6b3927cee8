import { join } from 'node:path'
import { EnvelopeProvider } from '@parasol/backend-envelope'
import { GpgProvider, generateGpgKey, KeyRing } from '@parasol/backend-gpg'
import { KmsDirectProvider } from '@parasol/backend-kms-direct'
import type { CryptoProvider, Kms } from '@parasol/core'
import { LocalKms } from '@parasol/kms-local'

export interface ThreeSchemes extends AsyncDisposable {
  readonly kms: LocalKms
  readonly providers: readonly CryptoProvider[]
}

export interface ThreeSchemesOptions {
  readonly passphrase?: string
  /** What the providers talk to; by default the local KMS itself. */
  readonly through?: (kms: LocalKms) => Kms
}

export const KEY_ID = 'alias/proof'

/** All three schemes with real keys in a folder: a local KMS in this process, and an OpenPGP key ring. */
export async function openThreeSchemes(
  folder: string,
  { passphrase = 'only for proofs', through = (kms) => kms }: ThreeSchemesOptions = {},
): Promise<ThreeSchemes> {
  const kms = new LocalKms({
    folder: join(folder, 'kms'),
    rootKey: { passphrase: () => passphrase },
    scryptN: 1024,
    createKeys: [KEY_ID],
  })
  await kms.open()
  const port = through(kms)
  const gpg = await createGpgProvider(join(folder, 'ring'), passphrase)
  return {
    kms,
    providers: [
      new EnvelopeProvider({ kms: port, keyId: KEY_ID }),
      new KmsDirectProvider({ kms: port, keyId: KEY_ID }),
      gpg,
    ],
    [Symbol.asyncDispose]: async () => {
      gpg[Symbol.dispose]()
      await kms[Symbol.asyncDispose]()
    },
  }
}

async function createGpgProvider(folder: string, passphrase: string): Promise<GpgProvider> {
  const keyRing = new KeyRing(folder)
  const { fingerprint, secretKey } = await generateGpgKey({ name: 'Proof', passphrase })
  await keyRing.import(secretKey)
  return new GpgProvider({
    keyRing,
    recipients: [fingerprint],
    signer: fingerprint,
    context: 'signed',
    passphrase: () => passphrase,
  })
}
