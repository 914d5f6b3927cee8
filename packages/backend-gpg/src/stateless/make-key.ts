import { generateKey } from 'openpgp'
import { type KeyAlgorithm, type KeyProfile, keySettings } from '../generate-key.js'
import { gpgError } from '../gpg-errors.js'

export interface MakeKeyOptions {
  /** `compat` by default. */
  readonly profile?: KeyProfile
  /** As they are to stand in the key: `Name <someone@example.com>`. */
  readonly userIds: readonly string[]
  /** Without it the secret key is unprotected. */
  readonly passphrase?: string | undefined
  readonly algorithm?: KeyAlgorithm
  /** Whether nobody is to encrypt to the key. */
  readonly signingOnly?: boolean
}

/** A secret key that does not expire, binary. For keys to live with, `generateGpgKey` is the better choice. */
export async function makeKey(options: MakeKeyOptions): Promise<Uint8Array> {
  const { userIds, passphrase, profile, algorithm, signingOnly = false } = options
  if (userIds.length === 0 && profile !== 'modern') {
    throw gpgError('GPG_KEY_OPTIONS_INVALID', 'A key that gpg 2.2 reads needs a user id')
  }
  const { privateKey } = await generateKey({
    ...keySettings(profile, algorithm),
    userIDs: userIds.map(parseUserId),
    ...(passphrase ? { passphrase } : {}),
    subkeys: signingOnly ? [{ sign: true }] : [{ sign: true }, {}],
    format: 'binary',
  })
  return privateKey
}

/** OpenPGP.js takes user ids in parts, and puts them together again to what they were. */
function parseUserId(text: string): { readonly name?: string; readonly email?: string } {
  const [, name = '', email = ''] = /^([^<>]*) <([^<>\s]+@[^<>\s]+)>$/.exec(text) ?? []
  return email === '' ? { name: text } : { name, email }
}
