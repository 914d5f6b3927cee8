import { enums, type PrivateKey } from 'openpgp'
import { gpgError } from '../gpg-errors.js'
import { openpgpConfig, toleratedNow } from '../openpgp-config.js'
import { shown } from '../usable-key.js'
import { momentAfter } from './moment-after.js'
import { requirePrimary } from './require-primary.js'

/** Why a key is given up. After `compromised` nothing that it signed is valid, after the others what it signed before. */
export type RevocationReason = keyof typeof REASONS

const REASONS = {
  unspecified: enums.reasonForRevocation.noReason,
  superseded: enums.reasonForRevocation.keySuperseded,
  compromised: enums.reasonForRevocation.keyCompromised,
  retired: enums.reasonForRevocation.keyRetired,
} as const

export const REVOCATION_REASONS: readonly RevocationReason[] = Object.keys(REASONS) as RevocationReason[]

export interface Revocation {
  readonly reason: RevocationReason
  /** For those who read it: it becomes public with the key. */
  readonly comment?: string
}

/** The key, revoked from the next second on: what it signed until now was signed before. Its primary part is unlocked. */
export async function revokeWholeKey(key: PrivateKey, revocation: Revocation): Promise<PrivateKey> {
  requirePrimary(key)
  return key.revoke(reasonOf(revocation), await momentAfter(new Date()), openpgpConfig)
}

/** What revokes the key for those who import it, armored; its primary part is unlocked. */
export async function makeRevocationCertificate(key: PrivateKey, revocation: Revocation): Promise<string> {
  const revoked = await revokeWholeKey(key, revocation)
  return revoked.getRevocationCertificate(toleratedNow(), openpgpConfig) as Promise<string>
}

/** The key with one subkey revoked; it changes the key that it is given. @throws CryptoError KEY_NOT_FOUND */
export async function revokeSubkey(
  key: PrivateKey,
  subkey: string,
  revocation: Revocation,
  moment?: Date,
): Promise<PrivateKey> {
  const primary = requirePrimary(key)
  const when = moment ?? (await momentAfter(new Date()))
  const index = key.subkeys.findIndex((each) => each.getFingerprint().toUpperCase() === subkey)
  const found = key.subkeys[index]
  if (!found) throw gpgError('GPG_KEY_NOT_FOUND', `The key ${shown(key)} has no subkey ${subkey}`)
  const revoked = await found.revoke(primary as never, reasonOf(revocation), when, openpgpConfig)
  key.subkeys[index] = revoked
  return key
}

function reasonOf({ reason, comment = '' }: Revocation): { flag: number; string: string } {
  return { flag: REASONS[reason], string: comment }
}
