import {
  decryptData,
  encryptData,
  formatSessionKey,
  parseSessionKey,
  requireSigner,
} from '@parasol/backend-gpg/stateless'
import type { SopArguments } from '../arguments.js'
import { parseDates } from '../dates.js'
import { explainFailure } from '../explain-failure.js'
import type { Indirect } from '../indirect.js'
import { SopError } from '../sop-error.js'
import type { Subcommand } from '../subcommand.js'
import { profileOf } from './profiles.js'
import { certificatesIn, namedCertificatesIn, secretKeysIn, signersIn } from './read-keys.js'
import { CANNOT_SIGN, formatVerifications } from './signatures.js'

export const encrypt: Subcommand = {
  usage:
    'encrypt [--as=binary|text] [--no-armor] [--with-password=PASSWORD...] [--sign-with=KEYS...] [--with-key-password=PASSWORD...] [--profile=PROFILE] [--session-key-out=FILE] [--for=any|storage|communications] [--] [CERTS...] < DATA',
  flags: ['no-armor'],
  values: ['as', 'profile', 'session-key-out', 'for'],
  lists: ['with-password', 'sign-with', 'with-key-password'],
  async run(args, files) {
    const { messages: profile = 'auto' } = profileOf('encrypt', args.value('profile'))
    args.choice('for', ['any', 'storage', 'communications'])
    const text = args.choice('as', ['binary', 'text']) === 'text'
    const signers = await signersFor(args, files)
    const recipients = await certificatesIn(files, args.positionals)
    const passwords = await Promise.all(args.list('with-password').map((name) => files.newPassword(name)))
    if (recipients.length + passwords.length === 0)
      throw new SopError('MISSING_ARG', 'Expected CERTS or --with-password')
    const armor = !args.has('no-armor')
    const { message, sessionKey } = await encryptData(await files.stdin(), {
      profile,
      recipients,
      passwords,
      signers,
      text,
      armor,
    })
    const out = args.value('session-key-out')
    if (out !== undefined) await files.write(out, `${formatSessionKey(sessionKey)}\n`)
    return message
  },
  failures: {
    GPG_KEY_EXPIRED: 'CERT_CANNOT_ENCRYPT',
    GPG_KEY_NOT_YET_VALID: 'CERT_CANNOT_ENCRYPT',
    GPG_KEY_REVOKED: 'CERT_CANNOT_ENCRYPT',
    GPG_KEY_UNUSABLE: 'CERT_CANNOT_ENCRYPT',
    GPG_KEY_WEAK: 'UNSUPPORTED_ASYMMETRIC_ALGO',
    GPG_KEY_INCOMPATIBLE: 'UNSUPPORTED_ASYMMETRIC_ALGO',
  },
}

export const decrypt: Subcommand = {
  usage:
    'decrypt [--session-key-out=FILE] [--with-session-key=SESSIONKEY...] [--with-password=PASSWORD...] [--verify-with=CERTS... [--verifications-out=FILE] [--verify-not-before=DATE] [--verify-not-after=DATE]] [--with-key-password=PASSWORD...] [--] [KEYS...] < MESSAGE',
  values: ['session-key-out', 'verifications-out', 'verify-out', 'verify-not-before', 'verify-not-after'],
  lists: ['with-session-key', 'with-password', 'verify-with', 'with-key-password'],
  async run(args, files) {
    const out = args.value('verifications-out') ?? args.value('verify-out')
    if ((out === undefined) !== (args.list('verify-with').length === 0)) {
      throw new SopError('INCOMPLETE_VERIFICATION', '--verify-with and --verifications-out go together')
    }
    const openers = await openersFor(args, files)
    const by = await namedCertificatesIn(files, args.list('verify-with'))
    const verify = by.certificates
    const { data, signatures, sessionKey } = await decryptData(await files.stdin(), { ...openers, verify })
    const sessionKeyOut = args.value('session-key-out')
    if (sessionKeyOut !== undefined) await files.write(sessionKeyOut, `${formatSessionKey(sessionKey)}\n`)
    if (out !== undefined) await files.write(out, formatVerifications(signatures, by))
    return data
  },
}

type Openers = Omit<Parameters<typeof decryptData>[1], 'verify'>

async function openersFor(args: SopArguments, files: Indirect): Promise<Openers> {
  const sessionKeys = (await files.readAll(args.list('with-session-key'))).map((text) => parseSessionKey(String(text)))
  const passwords = await files.passwords(args.list('with-password'))
  const keys = args.positionals.length > 0 ? await secretKeysIn(files, args.positionals) : []
  if (sessionKeys.length + passwords.length + keys.length === 0) {
    throw new SopError('MISSING_ARG', 'Expected KEYS, --with-password or --with-session-key')
  }
  return {
    keys,
    passphrases: await files.passwords(args.list('with-key-password')),
    passwords,
    sessionKeys,
    dates: parseDates(args.value('verify-not-before'), args.value('verify-not-after')),
  }
}

/** Keys that cannot sign are another failure than certificates that cannot be encrypted to. */
async function signersFor(args: SopArguments, files: Indirect): ReturnType<typeof signersIn> {
  const signers = await signersIn(files, args.list('sign-with'), args.list('with-key-password'))
  try {
    await Promise.all(signers.map(requireSigner))
  } catch (error) {
    throw explainFailure(error, CANNOT_SIGN)
  }
  return signers
}
