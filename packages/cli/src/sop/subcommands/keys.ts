import {
  armorData,
  changePassphrases,
  makeKey,
  mergeAll,
  readCertificates,
  readSecretKeys,
  revokeKeys,
  updateKeys,
  writeKeys,
} from '@parasol/backend-gpg/stateless'
import type { SopArguments } from '../arguments.js'
import type { Subcommand } from '../subcommand.js'
import { profileOf } from './profiles.js'
import { certificatesIn } from './read-keys.js'

/** Text, unless it is not wanted. */
export function written(args: SopArguments, packets: Uint8Array): Uint8Array {
  return args.has('no-armor') ? packets : armorData(packets)
}

export const generateKey: Subcommand = {
  usage: 'generate-key [--no-armor] [--with-key-password=PASSWORD] [--profile=PROFILE] [--signing-only] [--] USERID...',
  flags: ['no-armor', 'signing-only'],
  values: ['with-key-password', 'profile'],
  async run(args, files) {
    const { algorithm, keys } = profileOf('generate-key', args.value('profile'))
    const password = args.value('with-key-password')
    const passphrase = password === undefined ? undefined : await files.newPassword(password)
    const signingOnly = args.has('signing-only')
    const options = { userIds: args.positionals, passphrase, signingOnly }
    const settings = { ...(algorithm ? { algorithm } : {}), ...(keys ? { profile: keys } : {}) }
    return written(args, await makeKey({ ...options, ...settings }))
  },
}

export const changeKeyPassword: Subcommand = {
  usage: 'change-key-password [--no-armor] [--new-key-password=PASSWORD] [--old-key-password=PASSWORD...] < KEYS',
  flags: ['no-armor'],
  values: ['new-key-password'],
  lists: ['old-key-password'],
  async run(args, files) {
    const keys = await readSecretKeys(await files.stdin())
    const password = args.value('new-key-password')
    const next = password === undefined ? undefined : await files.newPassword(password)
    const former = await files.passwords(args.list('old-key-password'))
    return written(args, writeKeys(await changePassphrases(keys, former, next)))
  },
}

export const revokeKey: Subcommand = {
  usage: 'revoke-key [--no-armor] [--with-key-password=PASSWORD...] < KEYS',
  flags: ['no-armor'],
  lists: ['with-key-password'],
  async run(args, files) {
    const keys = await readSecretKeys(await files.stdin())
    const passphrases = await files.passwords(args.list('with-key-password'))
    return written(args, writeKeys(await revokeKeys(keys, passphrases, { reason: 'unspecified' })))
  },
  failures: { GPG_SECRET_KEY_NOT_FOUND: 'PRIMARY_KEY_BAD' },
}

export const extractCert: Subcommand = {
  usage: 'extract-cert [--no-armor] < KEYS',
  flags: ['no-armor'],
  async run(args, files) {
    return written(args, writeKeys(await readCertificates(await files.stdin())))
  },
}

export const updateKey: Subcommand = {
  usage:
    'update-key [--no-armor] [--signing-only] [--no-added-capabilities] [--revoke-deprecated-keys] [--with-key-password=PASSWORD...] [--merge-certs=CERTS...] < KEYS',
  flags: ['no-armor', 'signing-only', 'no-added-capabilities', 'revoke-deprecated-keys'],
  lists: ['with-key-password', 'merge-certs'],
  async run(args, files) {
    const keys = await readSecretKeys(await files.stdin())
    const updated = await updateKeys(keys, {
      others: await certificatesIn(files, args.list('merge-certs')),
      passphrases: await files.passwords(args.list('with-key-password')),
      signingOnly: args.has('signing-only'),
      noAddedCapabilities: args.has('no-added-capabilities'),
      revokeDeprecated: args.has('revoke-deprecated-keys'),
    })
    return written(args, writeKeys(updated))
  },
  failures: { GPG_KEY_REVOKED: 'PRIMARY_KEY_BAD', GPG_KEY_WEAK: 'PRIMARY_KEY_BAD' },
}

export const mergeCerts: Subcommand = {
  usage: 'merge-certs [--no-armor] [--] CERTS... < CERTS',
  flags: ['no-armor'],
  async run(args, files) {
    const certificates = await readCertificates(await files.stdin())
    return written(args, writeKeys(await mergeAll(certificates, await certificatesIn(files, args.positionals))))
  },
}
