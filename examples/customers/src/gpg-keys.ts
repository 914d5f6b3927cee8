import { join } from 'node:path'
import { generateGpgKey, KeyRing } from '@parasol/backend-gpg'
import { CryptoError } from '@parasol/core'
import { guardIo, makeFolder, writeFileAtomic } from '@parasol/core/files'
import type { WorkingFolder } from './working-folder.js'

/** The passphrase of our secret key, for parasol.yaml to refer to. */
export const GPG_PASSPHRASE = 'gpg-passphrase'

/** Fingerprints of those who exchange files. */
export interface GpgParties {
  readonly own: string
  readonly partner: string
}

/** Two OpenPGP keys: ours in the ring with its secret part, the partner's without. Made unless they are there. */
export async function ensureGpgKeys(folder: WorkingFolder): Promise<GpgParties> {
  await guardIo(folder.partner, () => makeFolder(folder.partner))
  const ring = new KeyRing(folder.gpgKeyRing)
  const known = await ring.list()
  const isOwn = await Promise.all(known.map((fingerprint) => hasSecretKey(ring, fingerprint)))
  const own = known.find((_, index) => isOwn[index]) ?? (await makeOwnKey(ring, folder))
  const partner = known.find((_, index) => !isOwn[index]) ?? (await makePartnerKey(ring, folder))
  await giveCertificate(ring, own, folder)
  return { own, partner }
}

/** By our certificate the partner verifies what we sign. */
async function giveCertificate(ring: KeyRing, own: string, folder: WorkingFolder): Promise<void> {
  const certificate = await ring.certificate(own)
  await writeFileAtomic(join(folder.partner, 'company-certificate.asc'), certificate.armor())
}

async function hasSecretKey(ring: KeyRing, fingerprint: string): Promise<boolean> {
  try {
    await ring.secretKey(fingerprint)
    return true
  } catch (error) {
    if (CryptoError.is(error) && error.code === 'KEY_NOT_FOUND') return false
    throw error
  }
}

async function makeOwnKey(ring: KeyRing, folder: WorkingFolder): Promise<string> {
  const passphrase = await folder.ensureSecret(GPG_PASSPHRASE)
  const key = await generateGpgKey({ name: 'Demo Company', email: 'company@example.com', passphrase })
  await ring.import(key.secretKey)
  return key.fingerprint
}

/** His secret key belongs on his machine: it is here so that you can play his part with gpg. */
async function makePartnerKey(ring: KeyRing, folder: WorkingFolder): Promise<string> {
  const passphrase = await folder.ensureSecret('partner-passphrase')
  const key = await generateGpgKey({ name: 'Demo Partner', email: 'partner@example.com', passphrase })
  await writeFileAtomic(join(folder.partner, 'secret-key.asc'), key.secretKey)
  await ring.import(key.certificate)
  return key.fingerprint
}
