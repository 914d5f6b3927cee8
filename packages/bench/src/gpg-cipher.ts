import type { KeyRing, Profile, SessionKeyPolicy } from '@parasol/backend-gpg'
import { type Cipher, createCrypto } from '@parasol/core'

/** Scheme three with keys of our own choice: signed by the first one, for all of them. */
export interface GpgCipherOptions {
  /** Armored secret keys without passphrases, or certificates; the first one has its secret part. */
  readonly keys: readonly string[]
  /** Fingerprints of who can read; by default the first key's. */
  readonly recipients?: readonly string[]
  readonly sessionKeys?: SessionKeyPolicy
  /** What gpg 2.2 reads, by default. */
  readonly profile?: Profile
}

export async function gpgCipher(options: GpgCipherOptions): Promise<Cipher> {
  const { keys, recipients, sessionKeys = {}, profile = 'compat' } = options
  const { GpgProvider, KeyRing } = await import('@parasol/backend-gpg')
  const keyRing = KeyRing.inMemory()
  const [signer = '', ...others] = await importAll(keyRing, keys)
  const readers = recipients ?? [signer, ...others]
  const provider = new GpgProvider({ keyRing, recipients: readers, signer, sessionKeys, profile })
  return createCrypto([provider], { bench: { scheme: 'gpg' } }).for('bench')
}

async function importAll(keyRing: KeyRing, keys: readonly string[]): Promise<readonly string[]> {
  const fingerprints: string[] = []
  for (const key of keys) {
    const { added, skipped } = await keyRing.import(key)
    if (!added[0]) throw new Error(`A key cannot be imported: ${skipped[0]?.why ?? 'it is there already'}`)
    fingerprints.push(added[0])
  }
  return fingerprints
}
