import {
  type AnyPacket,
  enums,
  PacketList,
  type PrivateKey,
  type PublicKey,
  readKey,
  SignaturePacket,
  type User,
  UserIDPacket,
} from 'openpgp'
import { gpgError } from '../gpg-errors.js'
import { signWith } from '../keys/renew-self-signatures.js'
import { requirePrimary } from '../keys/require-primary.js'
import { openpgpConfig, toleratedNow } from '../openpgp-config.js'
import { asVerifiable } from '../openpgp-internals.js'
import { isTooWeak } from '../too-weak.js'
import { shown } from '../usable-key.js'

export interface CertifyOptions {
  /** All that the certificate has, by default. */
  readonly userIds?: readonly string[] | undefined
  /** Whether a user id is certified that the certificate's owner does not claim, and is then added to it. */
  readonly withoutSelfSignature?: boolean
}

/**
 * The certificate with certifications by the primary keys of others that these user ids are its owner's.
 *
 * @throws CryptoError KEY_NOT_FOUND, reason GPG_USER_ID_NOT_FOUND if the owner claims none of that name; KEY_UNUSABLE for a
 *   signer that is revoked, expired or too weak; KEY_NOT_FOUND for one that is offline
 */
export async function certifyUserIds(
  certificate: PublicKey,
  signers: readonly PrivateKey[],
  { userIds, withoutSelfSignature = false }: CertifyOptions = {},
): Promise<PublicKey> {
  for (const signer of signers) await requireCertifier(signer)
  let certified = certificate
  for (const userId of userIds ?? certificate.getUserIDs()) {
    const user = await claimedUser(certified, userId)
    if (!user && !withoutSelfSignature) throw gpgError('GPG_USER_ID_NOT_FOUND', 'The certificate has no such user id')
    if (!user) certified = await withUserId(certified, userId)
    const found = user ?? findUser(certified, userId)
    for (const signer of signers) found?.otherCertifications.push(await certify(certified, found, signer))
  }
  return certified
}

/** Whether one of the authorities certifies that a user id, or one with this address, is that of a certificate. */
export async function isCertified(
  certificate: PublicKey,
  matches: (userId: { readonly text: string; readonly email: string }) => boolean,
  authorities: readonly PublicKey[],
  date: Date = toleratedNow(),
): Promise<boolean> {
  if (await certificate.isRevoked(undefined, undefined, date, openpgpConfig)) return false
  const users = certificate.users.filter(({ userID }) =>
    userID ? matches({ text: userID.userID, email: userID.email }) : false,
  )
  for (const user of users) {
    for (const authority of authorities) if (await certifies(authority, certificate, user, date)) return true
  }
  return false
}

async function requireCertifier(signer: PrivateKey): Promise<void> {
  requirePrimary(signer)
  if (isTooWeak(signer)) throw gpgError('GPG_KEY_WEAK', `The key ${shown(signer)} is too weak to certify`)
  await signer.verifyPrimaryKey(toleratedNow(), undefined, openpgpConfig).catch(() => {
    throw gpgError('GPG_KEY_UNUSABLE', `The key ${shown(signer)} is revoked or expired, and does not certify`)
  })
}

function findUser(certificate: PublicKey, userId: string): User | undefined {
  return certificate.users.find((user) => user.userID?.userID === userId)
}

/** One that its owner says to be theirs. */
async function claimedUser(certificate: PublicKey, userId: string): Promise<User | undefined> {
  const user = findUser(certificate, userId)
  return user && (await certifies(certificate, certificate, user, toleratedNow())) ? user : undefined
}

/** With a user id of somebody else's choice: a pet name. */
async function withUserId(certificate: PublicKey, userId: string): Promise<PublicKey> {
  if (findUser(certificate, userId)) return certificate
  const packets = [...certificate.toPacketList()]
  const subkeys = packets.findIndex((packet) => tagOf(packet) === enums.packet.publicSubkey)
  const place = subkeys === -1 ? packets.length : subkeys
  const list = new PacketList<AnyPacket>()
  list.push(...packets.slice(0, place), UserIDPacket.fromObject({ name: userId }), ...packets.slice(place))
  return readKey({ binaryKey: list.write() as Uint8Array, config: openpgpConfig })
}

function tagOf(packet: AnyPacket): number | undefined {
  return (packet.constructor as unknown as { readonly tag?: number }).tag
}

async function certify(certificate: PublicKey, user: User, signer: PrivateKey): Promise<SignaturePacket> {
  const signature = new SignaturePacket()
  Object.assign(signature, {
    signatureType: enums.signature.certGeneric,
    publicKeyAlgorithm: signer.keyPacket.algorithm,
    hashAlgorithm: openpgpConfig.preferredHashAlgorithm,
  })
  await signWith(signature, signer.keyPacket, dataOf(certificate, user), new Date())
  return signature
}

const CERTIFICATIONS: readonly (number | null)[] = [
  enums.signature.certGeneric,
  enums.signature.certPersona,
  enums.signature.certCasual,
  enums.signature.certPositive,
]

/** The latest word of an authority on a user id counts. */
async function certifies(authority: PublicKey, certificate: PublicKey, user: User, date: Date): Promise<boolean> {
  const isOwn = shown(authority) === shown(certificate)
  if (await authority.isRevoked(undefined, undefined, date, openpgpConfig)) return false
  if (isTooWeak(authority)) return false
  const { selfCertifications, otherCertifications, revocationSignatures } = user
  const latest = (signatures: readonly SignaturePacket[]) =>
    latestBy(authority, signatures, dataOf(certificate, user), date)
  const said = await latest((isOwn ? selfCertifications : otherCertifications).filter(isCertification))
  const revoked = await latest(revocationSignatures)
  return said !== undefined && (revoked === undefined || revoked < said)
}

function isCertification({ signatureType }: SignaturePacket): boolean {
  return CERTIFICATIONS.includes(signatureType)
}

async function latestBy(
  authority: PublicKey,
  signatures: readonly SignaturePacket[],
  data: object,
  date: Date,
): Promise<Date | undefined> {
  let latest: Date | undefined
  for (const signature of signatures) {
    const type = signature.signatureType ?? enums.signature.certGeneric
    const { keyPacket } = authority
    const verified = asVerifiable(signature).verify(keyPacket, type, data, date, false, openpgpConfig)
    const created = await verified.then(
      () => signature.created ?? undefined,
      () => undefined,
    )
    if (created && (!latest || created > latest)) latest = created
  }
  return latest
}

function dataOf(certificate: PublicKey, { userID, userAttribute }: User): object {
  return { key: certificate.keyPacket, userID, userAttribute }
}
