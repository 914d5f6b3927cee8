import type { PublicKey, Subkey } from 'openpgp'
import { validUserIds } from './keys/user-ids.js'
import { lenientConfig, openpgpConfig, toleratedNow } from './openpgp-config.js'
import { isSubkeyRevoked, selfSignature } from './openpgp-internals.js'
import { shown } from './usable-key.js'

/** What a part of a key may be used for. */
export type KeyAbility = 'certify' | 'sign' | 'encrypt'

/** A primary key or a subkey, as lists show it. */
export interface KeyPart {
  readonly fingerprint: string
  /** As OpenPGP.js names them: `eddsaLegacy ed25519Legacy`, `rsaEncryptSign 3072`. */
  readonly algorithm: string
  readonly abilities: readonly KeyAbility[]
  /** Times of ISO 8601. */
  readonly created: string
  /** Absent if never. */
  readonly expires?: string
  readonly revoked: boolean
}

/** A key of the ring, as lists show it. */
export interface KeySummary extends KeyPart {
  /** Those that are not revoked, the main one first. */
  readonly userIds: readonly string[]
  readonly subkeys: readonly KeyPart[]
}

/** Reads of a certificate what people ask for; its signatures are verified. */
export async function summarize(certificate: PublicKey): Promise<KeySummary> {
  const revoked = await certificate.isRevoked(undefined, undefined, toleratedNow(), lenientConfig)
  const expires = await certificate.getExpirationTime(undefined, openpgpConfig).catch(() => null)
  const flags = await primaryFlags(certificate)
  return {
    ...partOf(certificate, shown(certificate), flags, expires, revoked),
    userIds: await validUserIds(certificate as never),
    subkeys: await Promise.all(certificate.subkeys.map(summarizeSubkey)),
  }
}

async function summarizeSubkey(subkey: Subkey): Promise<KeyPart> {
  const revoked = await isSubkeyRevoked(subkey, toleratedNow(), lenientConfig).catch(() => false)
  const expires = await subkey.getExpirationTime(undefined, openpgpConfig).catch(() => null)
  const latest = subkey.bindingSignatures.toSorted((a, b) => Number(b.created) - Number(a.created))[0]
  return partOf(subkey, subkey.getFingerprint().toUpperCase(), latest?.keyFlags ?? null, expires, revoked)
}

async function primaryFlags(certificate: PublicKey): Promise<Uint8Array | null> {
  const said = await selfSignature(certificate, toleratedNow(), openpgpConfig).catch(() => undefined)
  return said?.keyFlags ?? null
}

function partOf(
  key: PublicKey | Subkey,
  fingerprint: string,
  flags: Uint8Array | null,
  expires: Date | number | null,
  revoked: boolean,
): KeyPart {
  const { algorithm, bits, curve } = key.getAlgorithmInfo()
  return {
    fingerprint,
    algorithm: [algorithm, curve ?? bits].filter((part) => part !== undefined).join(' '),
    abilities: abilitiesOf(flags?.[0] ?? 0),
    created: key.getCreationTime().toISOString(),
    ...(expires instanceof Date ? { expires: expires.toISOString() } : {}),
    revoked,
  }
}

function abilitiesOf(flags: number): KeyAbility[] {
  const bits = { certify: 1, sign: 2, encrypt: 0b1100 } as const
  return (Object.keys(bits) as KeyAbility[]).filter((ability) => (flags & bits[ability]) !== 0)
}
