import { certifyUserIds, isCertified, readCertificates, writeKeys } from '@parasol/backend-gpg/stateless'
import { parseDate } from '../dates.js'
import { SopError } from '../sop-error.js'
import type { Subcommand } from '../subcommand.js'
import { written } from './keys.js'
import { certificatesIn, signersIn } from './read-keys.js'

export const certifyUserId: Subcommand = {
  usage:
    'certify-userid [--no-armor] [--userid=USERID...] [--with-key-password=PASSWORD...] [--no-require-self-sig] [--] KEYS... < CERTS',
  flags: ['no-armor', 'no-require-self-sig'],
  lists: ['userid', 'with-key-password'],
  async run(args, files) {
    const signers = await signersIn(files, args.requirePositionals('KEYS'), args.list('with-key-password'))
    const userIds = args.list('userid')
    const certificates = await readCertificates(await files.stdin())
    const options = {
      userIds: userIds.length > 0 ? userIds : undefined,
      withoutSelfSignature: args.has('no-require-self-sig'),
    }
    const certified = certificates.map((each) => certifyUserIds(each, signers, options))
    return written(args, writeKeys(await Promise.all(certified)))
  },
  failures: {
    GPG_SECRET_KEY_NOT_FOUND: 'KEY_CANNOT_CERTIFY',
    GPG_KEY_UNUSABLE: 'KEY_CANNOT_CERTIFY',
    GPG_KEY_WEAK: 'KEY_CANNOT_CERTIFY',
  },
}

export const validateUserId: Subcommand = {
  usage: 'validate-userid [--addr-spec-only] [--validate-at=DATE] [--] USERID CERTS... < CERTS',
  flags: ['addr-spec-only'],
  values: ['validate-at'],
  async run(args, files) {
    const [userId = '', ...names] = args.requirePositionals('USERID and CERTS', 2)
    const authorities = await certificatesIn(files, names)
    const matches = ({ text, email }: { text: string; email: string }): boolean =>
      userId === (args.has('addr-spec-only') ? email : text)
    const date = parseDate(args.value('validate-at'))
    for (const certificate of await readCertificates(await files.stdin())) {
      if (await isCertified(certificate, matches, authorities, date)) continue
      throw new SopError('CERT_USERID_NO_MATCH', 'Nobody of these certifies that user id')
    }
    return ''
  },
}
