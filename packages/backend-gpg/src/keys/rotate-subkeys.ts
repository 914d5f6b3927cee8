import type { PrivateKey } from 'openpgp'
import { openpgpConfig, toleratedNow } from '../openpgp-config.js'
import { isSubkeyRevoked } from '../openpgp-internals.js'
import { momentAfter } from './moment-after.js'
import { requirePrimary } from './require-primary.js'
import { revokeSubkey } from './revoke-key.js'

/** What a subkey is for. */
export type SubkeyPurpose = 'sign' | 'encrypt'

/** The key with one more subkey, of the kind of its primary part, which is unlocked. It expires with the key. */
export async function addSubkey(key: PrivateKey, purpose: SubkeyPurpose): Promise<PrivateKey> {
  requirePrimary(key)
  return key.addSubkey({
    sign: purpose === 'sign',
    keyExpirationTime: await secondsLeft(key),
    config: openpgpConfig,
  } as never)
}

/**
 * The key with a new subkey for each purpose that it had one for, and the old ones revoked as superseded: they go on
 * decrypting, and what they signed stays valid.
 */
export async function rotateSubkeys(key: PrivateKey): Promise<PrivateKey> {
  const old: { readonly fingerprint: string; readonly purpose: SubkeyPurpose }[] = []
  for (const subkey of key.subkeys) {
    if (await isSubkeyRevoked(subkey, toleratedNow(), openpgpConfig)) continue
    const fingerprint = subkey.getFingerprint().toUpperCase()
    old.push({ fingerprint, purpose: subkey.bindingSignatures.some(isForSigning) ? 'sign' : 'encrypt' })
  }
  let rotated = key
  for (const purpose of new Set(old.map((each) => each.purpose))) rotated = await addSubkey(rotated, purpose)
  const when = await momentAfter(new Date())
  for (const { fingerprint } of old) rotated = await revokeSubkey(rotated, fingerprint, SUPERSEDED, when)
  return rotated
}

const SUPERSEDED = { reason: 'superseded' } as const
const SIGN_DATA = 2

function isForSigning({ keyFlags }: { readonly keyFlags: Uint8Array | null }): boolean {
  return ((keyFlags?.[0] ?? 0) & SIGN_DATA) !== 0
}

/** 0 for never. */
async function secondsLeft(key: PrivateKey): Promise<number> {
  const expires = await key.getExpirationTime(undefined, openpgpConfig)
  return expires instanceof Date ? Math.max(1, Math.ceil((expires.getTime() - Date.now()) / 1000)) : 0
}
