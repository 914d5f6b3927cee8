import { enums, type PrivateKey, SignaturePacket } from 'openpgp'
import { gpgError } from '../gpg-errors.js'
import { openpgpConfig, toleratedNow } from '../openpgp-config.js'
import { asVerifiable, directSignatures, isSubkeyRevoked } from '../openpgp-internals.js'
import { momentAfter } from './moment-after.js'
import { requirePrimary } from './require-primary.js'

/**
 * The key with another expiry, of itself and of every subkey that is not revoked; it changes the key that it is given,
 * whose primary part is unlocked. New self-signatures are added, so that signatures which the key made stay valid and no
 * user id is lost.
 *
 * @param expires undefined for never
 */
export async function extendKey(key: PrivateKey, expires: Date | undefined): Promise<PrivateKey> {
  const primary = requirePrimary(key)
  const lifetime = lifetimeOf(expires)
  for (const signatures of [directSignatures(key), ...key.users.map((user) => user.selfCertifications)]) {
    const user = key.users.find(({ selfCertifications }) => selfCertifications === signatures)
    const data = user ? { key: primary, userID: user.userID, userAttribute: user.userAttribute } : { key: primary }
    await renew(signatures, data, lifetime(key.getCreationTime()), key)
  }
  for (const subkey of key.subkeys) {
    if (await isSubkeyRevoked(subkey, toleratedNow(), openpgpConfig)) continue
    const data = { key: primary, bind: subkey.keyPacket }
    await renew(subkey.bindingSignatures, data, lifetime(subkey.getCreationTime()), key)
  }
  return key
}

/** Adds a signature that says what the latest valid one says, but for the expiry. */
async function renew(signatures: SignaturePacket[], data: object, lifetime: number, key: PrivateKey): Promise<void> {
  const latest = await latestValid(signatures, data, key)
  if (!latest) return
  const renewed = new SignaturePacket()
  for (const field of KEPT) Object.assign(renewed, { [field]: (latest as unknown as Record<string, unknown>)[field] })
  Object.assign(renewed, {
    publicKeyAlgorithm: key.keyPacket.algorithm,
    hashAlgorithm: openpgpConfig.preferredHashAlgorithm,
    keyExpirationTime: lifetime === 0 ? null : lifetime,
    keyNeverExpires: lifetime === 0,
  })
  const { sign } = renewed as unknown as SignatureInternals
  await sign.call(renewed, key.keyPacket, data, await momentAfter(latest.created), false, openpgpConfig)
  signatures.push(renewed)
}

/** What a self-signature says of a key beside its expiry. */
const KEPT = [
  'signatureType',
  'keyFlags',
  'features',
  'isPrimaryUserID',
  'preferredSymmetricAlgorithms',
  'preferredHashAlgorithms',
  'preferredCompressionAlgorithms',
  'preferredCipherSuites',
  'keyServerPreferences',
  'preferredKeyServer',
  'policyURI',
  // It is by the subkey, and speaks of the two keys alone.
  'embeddedSignature',
] as const

/** What the types of OpenPGP.js do not tell of a signature. */
interface SignatureInternals {
  sign(key: object, data: object, date: Date, detached: boolean, config: object): Promise<void>
}

async function latestValid(
  signatures: readonly SignaturePacket[],
  data: object,
  key: PrivateKey,
): Promise<SignaturePacket | undefined> {
  const newestFirst = signatures.toSorted((a, b) => Number(b.created) - Number(a.created))
  for (const signature of newestFirst) {
    const type = signature.signatureType ?? enums.signature.key
    const verified = asVerifiable(signature).verify(key.keyPacket, type, data, toleratedNow(), false, openpgpConfig)
    if (
      await verified.then(
        () => true,
        () => false,
      )
    ) {
      return signature
    }
  }
  return undefined
}

const MAX_LIFETIME_SECONDS = 0xffff_ffff

/** Expiry is written as seconds from the creation of each part. */
function lifetimeOf(expires: Date | undefined): (created: Date) => number {
  if (expires && !(expires.getTime() > Date.now())) {
    throw gpgError('GPG_KEY_OPTIONS_INVALID', 'Expected a time in the future for a key to expire at')
  }
  return (created) => {
    const seconds = expires ? Math.ceil((expires.getTime() - created.getTime()) / 1000) : 0
    if (seconds <= MAX_LIFETIME_SECONDS) return seconds
    throw gpgError('GPG_KEY_OPTIONS_INVALID', `A key can live for ${MAX_LIFETIME_SECONDS} seconds at most, or for ever`)
  }
}
