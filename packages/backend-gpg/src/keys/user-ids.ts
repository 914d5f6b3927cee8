import { enums, type PrivateKey, SignaturePacket, type User, UserIDPacket } from 'openpgp'
import { gpgError } from '../gpg-errors.js'
import { openpgpConfig, toleratedNow } from '../openpgp-config.js'
import { shown } from '../usable-key.js'
import { momentAfter } from './moment-after.js'
import { latestValid, signatureLike, signWith } from './renew-self-signatures.js'
import { requirePrimary } from './require-primary.js'

/** The key with one more user id, which says of the key what its main one says; its primary part is unlocked. */
export async function addUserId(key: PrivateKey, userId: string): Promise<PrivateKey> {
  requirePrimary(key)
  requireUserId(userId)
  if (findUser(key, userId)) throw gpgError('GPG_KEY_OPTIONS_INVALID', `The key ${shown(key)} has that user id already`)
  const former = await mainSelfSignature(key)
  const [first] = key.users
  if (!former || !first) throw gpgError('GPG_KEY_UNUSABLE', `The key ${shown(key)} has no valid user id to go by`)
  const SameUser = first.constructor as new (packet: UserIDPacket, main: PrivateKey) => User
  const user = new SameUser(UserIDPacket.fromObject({ name: userId }), key)
  await certify(key, user, former, { isPrimaryUserID: null })
  key.users.push(user)
  return key
}

/** The key with a user id that no longer counts; the last one that does is not revoked. @throws CryptoError KEY_NOT_FOUND */
export async function revokeUserId(key: PrivateKey, userId: string): Promise<PrivateKey> {
  const primary = requirePrimary(key)
  const user = requireUser(key, userId)
  const others = await Promise.all(key.users.filter((each) => each !== user).map((each) => isValid(key, each)))
  if (!others.includes(true)) {
    throw gpgError(
      'GPG_KEY_OPTIONS_INVALID',
      `That is the only user id of ${shown(key)}: add another one, or revoke the key`,
    )
  }
  const signature = new SignaturePacket()
  Object.assign(signature, {
    signatureType: enums.signature.certRevocation,
    publicKeyAlgorithm: primary.algorithm,
    hashAlgorithm: openpgpConfig.preferredHashAlgorithm,
    reasonForRevocationFlag: enums.reasonForRevocation.userIDInvalid,
    reasonForRevocationString: '',
  })
  await signWith(signature, primary, dataOf(key, user), await momentAfter(latestOf(user)))
  user.revocationSignatures.push(signature)
  return key
}

/** The key with another main user id, whose preferences and expiry count. */
export async function setPrimaryUserId(key: PrivateKey, userId: string): Promise<PrivateKey> {
  requirePrimary(key)
  const user = requireUser(key, userId)
  const former = await latestValid(key, { signatures: user.selfCertifications, data: dataOf(key, user) })
  if (!former || !(await isValid(key, user))) {
    throw gpgError('GPG_KEY_UNUSABLE', 'That user id was revoked, or is not signed by its key')
  }
  await certify(key, user, former, { isPrimaryUserID: true }, await momentAfter(latestOf(...key.users)))
  return key
}

/** The user ids that are signed by their key and not revoked, the main one first. */
export async function validUserIds(key: Pick<PrivateKey, 'users' | 'keyPacket'>): Promise<readonly string[]> {
  const valid = await Promise.all(key.users.map((user) => isValid(key, user)))
  const users = key.users.filter((user, index) => valid[index] && user.userID)
  const sorted = users.toSorted((a, b) => Number(isMain(b)) - Number(isMain(a)) || mainSince(b) - mainSince(a))
  return sorted.map(({ userID }) => userID?.userID ?? '')
}

async function certify(
  key: PrivateKey,
  user: User,
  former: SignaturePacket,
  says: Pick<SignaturePacket, 'isPrimaryUserID'>,
  when: Date = new Date(),
): Promise<void> {
  const { keyExpirationTime, keyNeverExpires } = former
  const signature = signatureLike(former, key.keyPacket.algorithm)
  Object.assign(signature, { signatureType: enums.signature.certPositive, keyExpirationTime, keyNeverExpires, ...says })
  await signWith(signature, key.keyPacket, dataOf(key, user), when)
  user.selfCertifications.push(signature)
}

/** OpenPGP.js picks the one that is main, and of several the latest. */
async function mainSelfSignature(key: PrivateKey): Promise<SignaturePacket | undefined> {
  const main = await key.getPrimaryUser(toleratedNow(), undefined, openpgpConfig).catch(() => undefined)
  return main?.selfCertification
}

async function isValid(key: Pick<PrivateKey, 'users' | 'keyPacket'>, user: User): Promise<boolean> {
  const data = dataOf(key, user)
  const own = (signatures: SignaturePacket[]) => latestValid(key as PrivateKey, { signatures, data })
  const said = await own(user.selfCertifications)
  const revoked = await own(user.revocationSignatures)
  return said !== undefined && (!revoked || Number(revoked.created) < Number(said.created))
}

function isMain({ selfCertifications }: User): boolean {
  return selfCertifications.some(({ isPrimaryUserID }) => isPrimaryUserID)
}

function mainSince({ selfCertifications }: User): number {
  return Math.max(0, ...selfCertifications.filter((each) => each.isPrimaryUserID).map(({ created }) => Number(created)))
}

function latestOf(...users: readonly User[]): Date {
  const times = users.flatMap(({ selfCertifications }) => selfCertifications.map(({ created }) => Number(created)))
  return new Date(Math.max(0, ...times))
}

function findUser(key: PrivateKey, userId: string): User | undefined {
  return key.users.find((user) => user.userID?.userID === userId)
}

function requireUser(key: PrivateKey, userId: string): User {
  const user = findUser(key, userId)
  if (user) return user
  throw gpgError('GPG_USER_ID_NOT_FOUND', `The key ${shown(key)} has no such user id`)
}

const MAX_USER_ID_BYTES = 1024

function requireUserId(text: string): void {
  const isFine = text !== '' && text.trim() === text && !/\p{Cc}/u.test(text)
  if (isFine && Buffer.byteLength(text) <= MAX_USER_ID_BYTES) return
  throw gpgError(
    'GPG_KEY_OPTIONS_INVALID',
    `Expected a user id such as "Name <someone@example.com>", of ${MAX_USER_ID_BYTES} bytes at most, without control characters`,
  )
}

function dataOf({ keyPacket }: Pick<PrivateKey, 'keyPacket'>, { userID, userAttribute }: User): object {
  return { key: keyPacket, userID, userAttribute }
}
