import {
  armorData,
  dearmorData,
  detachInline,
  signCleartext,
  signDetached,
  signInline,
  type VerifiedSignature,
  verifyDetached,
  verifyInline,
} from '@parasol/backend-gpg/stateless'
import { parseDates } from '../dates.js'
import { SopError, type SopFailure } from '../sop-error.js'
import type { Subcommand } from '../subcommand.js'
import { written } from './keys.js'
import { type NamedCertificates, namedCertificatesIn, signersIn } from './read-keys.js'

/** Why a key does not sign, by the library's reasons. */
export const CANNOT_SIGN: Readonly<Record<string, SopFailure>> = {
  GPG_SECRET_KEY_NOT_FOUND: 'KEY_CANNOT_SIGN',
  GPG_KEY_EXPIRED: 'KEY_CANNOT_SIGN',
  GPG_KEY_NOT_YET_VALID: 'KEY_CANNOT_SIGN',
  GPG_KEY_REVOKED: 'KEY_CANNOT_SIGN',
  GPG_KEY_WEAK: 'KEY_CANNOT_SIGN',
  GPG_KEY_INCOMPATIBLE: 'KEY_CANNOT_SIGN',
  GPG_KEY_UNUSABLE: 'KEY_CANNOT_SIGN',
}

export const sign: Subcommand = {
  usage:
    'sign [--no-armor] [--as=binary|text] [--micalg-out=MICALG] [--with-key-password=PASSWORD...] [--] KEYS... < DATA',
  flags: ['no-armor'],
  values: ['as', 'micalg-out'],
  lists: ['with-key-password'],
  async run(args, files) {
    const text = args.choice('as', ['binary', 'text']) === 'text'
    const signers = await signersIn(files, args.requirePositionals('KEYS'), args.list('with-key-password'))
    const signature = await signDetached(await files.stdin(), { signers, text, armor: !args.has('no-armor') })
    const micalg = args.value('micalg-out')
    if (micalg !== undefined) await files.write(micalg, 'pgp-sha512')
    return signature
  },
  failures: CANNOT_SIGN,
}

export const verify: Subcommand = {
  usage: 'verify [--not-before=DATE] [--not-after=DATE] [--] SIGNATURES CERTS... < DATA',
  values: ['not-before', 'not-after'],
  async run(args, files) {
    const [name = '', ...names] = args.requirePositionals('SIGNATURES and CERTS', 2)
    const signature = await files.read(name)
    const dates = parseDates(args.value('not-before'), args.value('not-after'))
    const by = await namedCertificatesIn(files, names)
    return requireSignatures(await verifyDetached(await files.stdin(), signature, by.certificates, dates), by)
  },
}

export const inlineSign: Subcommand = {
  usage:
    'inline-sign [--no-armor] [--as=binary|text|clearsigned] [--with-key-password=PASSWORD...] [--] KEYS... < DATA',
  flags: ['no-armor'],
  values: ['as'],
  lists: ['with-key-password'],
  async run(args, files) {
    const as = args.choice('as', ['binary', 'text', 'clearsigned'])
    if (as === 'clearsigned' && args.has('no-armor')) {
      throw new SopError('INCOMPATIBLE_OPTIONS', 'What is clear-signed is text, and cannot be without armor')
    }
    const signers = await signersIn(files, args.requirePositionals('KEYS'), args.list('with-key-password'))
    const data = await files.stdin()
    if (as === 'clearsigned') return signCleartext(data, signers)
    return signInline(data, { signers, text: as === 'text', armor: !args.has('no-armor') })
  },
  failures: CANNOT_SIGN,
}

export const inlineVerify: Subcommand = {
  usage: 'inline-verify [--not-before=DATE] [--not-after=DATE] [--verifications-out=FILE] [--] CERTS... < MESSAGE',
  values: ['not-before', 'not-after', 'verifications-out'],
  async run(args, files) {
    const by = await namedCertificatesIn(files, args.requirePositionals('CERTS'))
    const dates = parseDates(args.value('not-before'), args.value('not-after'))
    const { data, signatures } = await verifyInline(await files.stdin(), by.certificates, dates)
    const lines = requireSignatures(signatures, by)
    const out = args.value('verifications-out')
    if (out !== undefined) await files.write(out, lines)
    return data
  },
}

export const inlineDetach: Subcommand = {
  usage: 'inline-detach [--no-armor] --signatures-out=FILE < MESSAGE',
  flags: ['no-armor'],
  values: ['signatures-out'],
  async run(args, files) {
    const out = args.value('signatures-out')
    if (out === undefined) throw new SopError('MISSING_ARG', 'Expected --signatures-out')
    const { data, signatures } = await detachInline(await files.stdin())
    await files.write(out, written(args, signatures))
    return data
  },
}

export const armor: Subcommand = {
  usage: 'armor < PACKETS',
  async run(_args, files) {
    return armorData(await files.stdin())
  },
}

export const dearmor: Subcommand = {
  usage: 'dearmor < TEXT',
  async run(_args, files) {
    return dearmorData(await files.stdin())
  },
}

/** One line each: when, by which part of a key, by which key, whether line ends count, and who may have given that key. */
export function formatVerifications(signatures: readonly VerifiedSignature[], { names }: NamedCertificates): string {
  const lines = signatures.map(({ signedAt, signedBy, primary, mode }) => {
    const signers = [...names].filter(([, fingerprints]) => fingerprints.includes(primary)).map(([name]) => name)
    return `${isoSeconds(signedAt)} ${signedBy} ${primary} mode:${mode} ${JSON.stringify({ signers })}\n`
  })
  return lines.join('')
}

function requireSignatures(signatures: readonly VerifiedSignature[], by: NamedCertificates): string {
  if (signatures.length > 0) return formatVerifications(signatures, by)
  throw new SopError('NO_SIGNATURE', 'No valid signature by any of these certificates')
}

function isoSeconds(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z')
}
