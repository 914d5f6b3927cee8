import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GpgOptions, GpgProvider, generateGpgKey, KeyRing } from '@parasol/backend-gpg'

export const PASSPHRASE = 'correct horse 电池'

/** A key ring on disk with the keys of two parties, for tests. */
export interface TwoParties extends Disposable {
  readonly folder: string
  readonly keyRing: KeyRing
  readonly alice: string
  readonly bob: string
  /** From Alice to Bob and herself, unless the options say otherwise. */
  provider(options?: Partial<GpgOptions>): GpgProvider
}

export async function createTwoParties(): Promise<TwoParties> {
  const folder = mkdtempSync(join(tmpdir(), 'parasol-gpg-'))
  const keyRing = new KeyRing(join(folder, 'ring'))
  const alice = await createKey(keyRing, 'Alice')
  const bob = await createKey(keyRing, 'Bob')
  return {
    folder,
    keyRing,
    alice,
    bob,
    provider: (options) =>
      new GpgProvider({ keyRing, recipients: [alice, bob], signer: alice, passphrase: () => PASSPHRASE, ...options }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

async function createKey(keyRing: KeyRing, name: string): Promise<string> {
  const email = `${name.toLowerCase()}@example.com`
  const { fingerprint, secretKey } = await generateGpgKey({ name, email, passphrase: PASSPHRASE })
  await keyRing.import(secretKey)
  return fingerprint
}
