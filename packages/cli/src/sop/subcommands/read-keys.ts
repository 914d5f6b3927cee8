import { readCertificates, readSecretKeys, unlockByAny } from '@parasol/backend-gpg/stateless'
import type { Indirect } from '../indirect.js'

type Certificates = Awaited<ReturnType<typeof readCertificates>>
type SecretKeys = Awaited<ReturnType<typeof readSecretKeys>>

export async function certificatesIn(files: Indirect, names: readonly string[]): Promise<Certificates> {
  return (await Promise.all((await files.readAll(names)).map(readCertificates))).flat()
}

/** Certificates, and for each name by which the command line gives some, the fingerprints of these. */
export interface NamedCertificates {
  readonly certificates: Certificates
  readonly names: ReadonlyMap<string, readonly string[]>
}

export async function namedCertificatesIn(files: Indirect, names: readonly string[]): Promise<NamedCertificates> {
  const named = await Promise.all(names.map(async (name) => [name, await certificatesIn(files, [name])] as const))
  const fingerprints = named.map(
    ([name, certificates]) => [name, certificates.map((each) => each.getFingerprint().toUpperCase())] as const,
  )
  return { certificates: named.flatMap(([, certificates]) => certificates), names: new Map(fingerprints) }
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
