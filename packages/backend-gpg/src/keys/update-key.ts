import { enums, type PrivateKey, type Subkey } from 'openpgp'
import { gpgError } from '../gpg-errors.js'
import { lenientConfig, openpgpConfig, toleratedNow } from '../openpgp-config.js'
import { directSignatures, isSubkeyRevoked } from '../openpgp-internals.js'
import { isTooWeak } from '../too-weak.js'
import { shown } from '../usable-key.js'
import { isWeak, latestValid, renewSelfSignatures } from './renew-self-signatures.js'
import { requirePrimary } from './require-primary.js'
import { revokeSubkey } from './revoke-key.js'
import { addSubkey } from './rotate-subkeys.js'

export interface UpdateOptions {
  /** Whether a key to which nobody can encrypt stays so. */
  readonly signingOnly?: boolean
  /** Whether nothing is added that the key could not do before. */
  readonly noAddedCapabilities?: boolean
  /** Whether subkeys that are too weak are revoked as superseded. */
  readonly revokeDeprecated?: boolean
}

/** A change that keeps a key usable; what it is given is unlocked. */
type Repair = (unlocked: PrivateKey) => Promise<PrivateKey>

const DAY_MS = 24 * 60 * 60 * 1000
const SOON_MS = 90 * DAY_MS
const EXTENSION_MS = 2 * 365 * DAY_MS

/**
 * What a key needs to stay usable; undefined if it needs nothing, so that it need not be unlocked: self-signatures whose hash
 * is too weak are made again, a key that expires within three months or did so lives for two years more, a part to sign or to
 * encrypt with that is missing or too weak is added.
 *
 * @throws CryptoError KEY_NOT_FOUND if the primary part is offline
 */
export async function findRepairs(key: PrivateKey, options: UpdateOptions): Promise<Repair | undefined> {
  if (await key.isRevoked(undefined, undefined, toleratedNow(), lenientConfig)) return undefined
  const repairs = [
    ...((await hasWeakSignatures(key)) ? [strengthen] : []),
    ...((await expiresSoon(key)) ? [extend] : []),
    ...(await missingParts(key, options)),
    ...(options.revokeDeprecated ? await deprecatedParts(key) : []),
  ]
  if (repairs.length === 0) return undefined
  requirePrimary(key)
  return async (unlocked) => {
    let repaired = unlocked
    for (const repair of repairs) repaired = await repair(repaired)
    return repaired
  }
}

const strengthen: Repair = (key) =>
  renewSelfSignatures(key, { lifetime: (_created, former) => former, config: lenientConfig })

/** What never expires stays so. */
const extend: Repair = (key) => {
  const end = Date.now() + EXTENSION_MS
  const lifetime = (created: Date, former: number): number =>
    former === 0 ? 0 : Math.max(former, Math.ceil((end - created.getTime()) / 1000))
  return renewSelfSignatures(key, { lifetime })
}

/** @throws CryptoError KEY_UNUSABLE for a primary part that is revoked or too weak */
export async function requireGoodPrimary(key: PrivateKey): Promise<void> {
  if (await key.isRevoked(undefined, undefined, toleratedNow(), lenientConfig)) {
    throw gpgError('GPG_KEY_REVOKED', `The key ${shown(key)} was revoked`)
  }
  if (isTooWeak(key)) throw gpgError('GPG_KEY_WEAK', `The primary part of ${shown(key)} is too weak`)
}

async function hasWeakSignatures(key: PrivateKey): Promise<boolean> {
  const primary = key.keyPacket
  const parts = [
    { signatures: directSignatures(key), data: { key: primary } },
    ...key.users.map(({ userID, userAttribute, selfCertifications }) => {
      return { signatures: selfCertifications, data: { key: primary, userID, userAttribute } }
    }),
    ...key.subkeys.map(({ keyPacket, bindingSignatures }) => {
      return { signatures: bindingSignatures, data: { key: primary, bind: keyPacket } }
    }),
  ]
  for (const part of parts) {
    const latest = await latestValid(key, part, lenientConfig)
    if (latest && (isWeak(latest) || (latest.embeddedSignature && isWeak(latest.embeddedSignature)))) return true
  }
  return false
}

async function expiresSoon(key: PrivateKey): Promise<boolean> {
  const soon = Date.now() + SOON_MS
  const times = [await key.getExpirationTime(undefined, lenientConfig)]
  for (const subkey of key.subkeys) {
    if (await isSubkeyRevoked(subkey, toleratedNow(), openpgpConfig)) continue
    times.push(await subkey.getExpirationTime(null as never, lenientConfig))
  }
  return times.some((time) => time instanceof Date && time.getTime() < soon)
}

async function missingParts(key: PrivateKey, { signingOnly, noAddedCapabilities }: UpdateOptions): Promise<Repair[]> {
  const could = await abilitiesOf(key, () => true)
  const can = await abilitiesOf(key, (part) => !isTooWeak(part))
  const wanted = (['sign', 'encrypt'] as const).filter((ability) => {
    if (can.has(ability)) return false
    return could.has(ability) || !(noAddedCapabilities || (ability === 'encrypt' && signingOnly))
  })
  return wanted.map((ability) => (unlocked) => addSubkey(unlocked, ability))
}

async function abilitiesOf(
  key: PrivateKey,
  counts: (part: PrivateKey | Subkey) => boolean,
): Promise<ReadonlySet<'sign' | 'encrypt'>> {
  const abilities = new Set<'sign' | 'encrypt'>()
  for (const part of [key, ...key.subkeys].filter(counts)) {
    if (part !== key && (await isSubkeyRevoked(part as Subkey, toleratedNow(), openpgpConfig))) continue
    const flags = (await flagsOf(key, part))?.[0] ?? 0
    if (flags & enums.keyFlags.signData) abilities.add('sign')
    if (flags & (enums.keyFlags.encryptCommunication | enums.keyFlags.encryptStorage)) abilities.add('encrypt')
  }
  return abilities
}

async function flagsOf(key: PrivateKey, part: PrivateKey | Subkey): Promise<Uint8Array | null | undefined> {
  const primary = key.keyPacket
  if (part !== key) {
    const { bindingSignatures: signatures, keyPacket } = part as Subkey
    return (await latestValid(key, { signatures, data: { key: primary, bind: keyPacket } }, lenientConfig))?.keyFlags
  }
  for (const { userID, userAttribute, selfCertifications: signatures } of key.users) {
    const latest = await latestValid(key, { signatures, data: { key: primary, userID, userAttribute } }, lenientConfig)
    if (latest) return latest.keyFlags
  }
  const direct = { signatures: directSignatures(key), data: { key: primary } }
  return (await latestValid(key, direct, lenientConfig))?.keyFlags
}

async function deprecatedParts(key: PrivateKey): Promise<Repair[]> {
  const repairs: Repair[] = []
  for (const subkey of key.subkeys.filter(isTooWeak)) {
    if (await isSubkeyRevoked(subkey, toleratedNow(), openpgpConfig)) continue
    const digits = subkey.getFingerprint().toUpperCase()
    repairs.push((unlocked) => revokeSubkey(unlocked, digits, { reason: 'superseded' }))
  }
  return repairs
}
