import { readCertificates, readSecretKeys, unlockByAny } from '@parasol/backend-gpg/stateless'
import type { Indirect } from '../indirect.js'

type Certificates = Awaited<ReturnType<typeof readCertificates>>
type SecretKeys = Awaited<ReturnType<typeof readSecretKeys>>

export async function certificatesIn(files: Indirect, names: readonly string[]): Promise<Certificates> {
  return (await Promise.all((await files.readAll(names)).map(readCertificates))).flat()
}

export async function secretKeysIn(files: Indirect, names: readonly string[]): Promise<SecretKeys> {
  return (await Promise.all((await files.readAll(names)).map(readSecretKeys))).flat()
}

/** Secret keys, unlocked by one of the passwords that are named. */
export async function signersIn(
  files: Indirect,
  names: readonly string[],
  passwords: readonly string[],
): Promise<SecretKeys> {
  const passphrases = await files.passwords(passwords)
  return Promise.all((await secretKeysIn(files, names)).map((key) => unlockByAny(key, passphrases)))
}
