import { type Config, enums, type PrivateKey, SignaturePacket, type Subkey } from 'openpgp'
import { openpgpConfig, toleratedNow } from '../openpgp-config.js'
import { asVerifiable, directSignatures, isSubkeyRevoked } from '../openpgp-internals.js'
import { momentAfter } from './moment-after.js'
import { requirePrimary } from './require-primary.js'

export interface Renewal {
  /** Seconds from the creation of a part until it expires, 0 for never; `former` is what its latest signature says. */
  lifetime(created: Date, former: number): number
  /** What the former signatures are judged by. */
  readonly config?: Readonly<Config>
}

/**
 * The key with new self-signatures, which say what the latest valid ones say but for the expiry, of itself and of every
 * subkey that is not revoked; it changes the key that it is given, which is unlocked. They are added, so that
 * signatures which the key made stay valid and no user id is lost.
 */
export async function renewSelfSignatures(key: PrivateKey, renewal: Renewal): Promise<PrivateKey> {
  const primary = requirePrimary(key)
  for (const signatures of [directSignatures(key), ...key.users.map((user) => user.selfCertifications)]) {
    const user = key.users.find(({ selfCertifications }) => selfCertifications === signatures)
    const data = user ? { key: primary, userID: user.userID, userAttribute: user.userAttribute } : { key: primary }
    await renew(key, { signatures, data, created: key.getCreationTime() }, renewal)
  }
  for (const subkey of key.subkeys) {
    if (await isSubkeyRevoked(subkey, toleratedNow(), openpgpConfig)) continue
    const data = { key: primary, bind: subkey.keyPacket }
    const created = subkey.getCreationTime()
    await renew(key, { signatures: subkey.bindingSignatures, data, created, subkey }, renewal)
  }
  return key
}

/** The latest of some self-signatures that is valid. */
export async function latestValid(
  key: PrivateKey,
  { signatures, data }: Pick<SignedPart, 'signatures' | 'data'>,
  config: Readonly<Config> = openpgpConfig,
): Promise<SignaturePacket | undefined> {
  const newestFirst = signatures.toSorted((a, b) => Number(b.created) - Number(a.created))
  for (const signature of newestFirst) {
    const type = signature.signatureType ?? enums.signature.key
    const verified = asVerifiable(signature).verify(key.keyPacket, type, data, toleratedNow(), false, config)
    const isValid = await verified.then(
      () => true,
      () => false,
    )
    if (isValid) return signature
  }
  return undefined
}

/** A part of a key, and what its primary part signed of it. */
interface SignedPart {
  readonly signatures: SignaturePacket[]
  readonly data: object
  readonly created: Date
  readonly subkey?: Subkey
}

/** Adds a signature that says what the latest valid one says, but for the expiry. */
async function renew(key: PrivateKey, part: SignedPart, { lifetime, config }: Renewal): Promise<void> {
  const latest = await latestValid(key, part, config)
  if (!latest) return
  const seconds = lifetime(part.created, latest.keyNeverExpires ? 0 : (latest.keyExpirationTime ?? 0))
  const when = await momentAfter(latest.created)
  const renewed = signatureLike(latest, key.keyPacket.algorithm)
  Object.assign(renewed, { keyExpirationTime: seconds === 0 ? null : seconds, keyNeverExpires: seconds === 0 })
  if (part.subkey) renewed.embeddedSignature = await backSignature(latest, part.subkey, part.data, when)
  await signWith(renewed, key.keyPacket, part.data, when)
  part.signatures.push(renewed)
}

/** A signature that is to say what another says, but for the expiry. */
export function signatureLike(latest: SignaturePacket, publicKeyAlgorithm: number): SignaturePacket {
  const renewed = new SignaturePacket()
  for (const field of KEPT) Object.assign(renewed, { [field]: (latest as unknown as Record<string, unknown>)[field] })
  return Object.assign(renewed, { publicKeyAlgorithm, hashAlgorithm: openpgpConfig.preferredHashAlgorithm })
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
] as const

/** By a subkey that signs, of its primary part: the one that is there speaks of the two keys alone, and stays unless its hash is too weak. */
async function backSignature(
  { embeddedSignature }: SignaturePacket,
  subkey: Subkey,
  data: object,
  when: Date,
): Promise<SignaturePacket | null> {
  if (!embeddedSignature || !isWeak(embeddedSignature)) return embeddedSignature
  const signature = new SignaturePacket()
  Object.assign(signature, {
    signatureType: enums.signature.keyBinding,
    publicKeyAlgorithm: subkey.keyPacket.algorithm,
    hashAlgorithm: openpgpConfig.preferredHashAlgorithm,
  })
  await signWith(signature, subkey.keyPacket, data, when)
  return signature
}

/** Whether a signature has a hash that is no longer accepted. */
export function isWeak({ hashAlgorithm }: SignaturePacket): boolean {
  return hashAlgorithm === null || openpgpConfig.rejectHashAlgorithms.has(hashAlgorithm)
}

/** What the types of OpenPGP.js do not tell of a signature. */
interface SignatureInternals {
  sign(key: object, data: object, date: Date, detached: boolean, config: object): Promise<void>
}

/** Makes a signature over some key material. */
export async function signWith(signature: SignaturePacket, key: object, data: object, date: Date): Promise<void> {
  const { sign } = signature as unknown as SignatureInternals
  await sign.call(signature, key, data, date, false, openpgpConfig)
}
