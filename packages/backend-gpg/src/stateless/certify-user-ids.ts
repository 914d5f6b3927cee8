import type { PrivateKey, PublicKey, User } from 'openpgp'
import { gpgError } from '../gpg-errors.js'
import { requirePrimary } from '../keys/require-primary.js'
import { openpgpConfig, toleratedNow } from '../openpgp-config.js'

/**
 * The certificate with certifications by others that these user ids are its owner's; all of its user ids by default.
 *
 * @throws CryptoError KEY_NOT_FOUND, reason GPG_USER_ID_NOT_FOUND if it has none of that name
 */
export async function certifyUserIds(
  certificate: PublicKey,
  signers: readonly PrivateKey[],
  userIds: readonly string[] = certificate.getUserIDs(),
): Promise<PublicKey> {
  for (const signer of signers) requirePrimary(signer)
  for (const userId of userIds) {
    const index = certificate.users.findIndex((user) => user.userID?.userID === userId)
    const user = certificate.users[index]
    if (!user) throw gpgError('GPG_USER_ID_NOT_FOUND', 'The certificate has no such user id')
    certificate.users[index] = await internals(user).certify([...signers], new Date(), openpgpConfig)
  }
  return certificate
}

/** Whether one of the authorities certifies that a user id, or one with this address, is that of a certificate. */
export async function isCertified(
  certificate: PublicKey,
  matches: (userId: { readonly text: string; readonly email: string }) => boolean,
  authorities: readonly PublicKey[],
  date: Date = toleratedNow(),
): Promise<boolean> {
  const users = certificate.users.filter(({ userID }) =>
    userID ? matches({ text: userID.userID, email: userID.email }) : false,
  )
  for (const user of users) {
    for (const signature of [...user.selfCertifications, ...user.otherCertifications]) {
      const check = internals(user).verifyCertificate(signature, [...authorities], date, openpgpConfig)
      if (await check.catch(() => false)) return true
    }
  }
  return false
}

/** What the types of OpenPGP.js do not tell of a user id. */
interface UserInternals {
  certify(signers: PrivateKey[], date: Date, config: object): Promise<User>
  verifyCertificate(signature: object, keys: PublicKey[], date: Date, config: object): Promise<true | null>
}

function internals(user: User): UserInternals {
  return user as unknown as UserInternals
}
