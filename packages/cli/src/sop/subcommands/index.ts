import type { Subcommand } from '../subcommand.js'
import { listProfiles, version } from './about.js'
import { certifyUserId, validateUserId } from './certify.js'
import { changeKeyPassword, extractCert, generateKey, mergeCerts, revokeKey, updateKey } from './keys.js'
import { decrypt, encrypt } from './messages.js'
import { armor, dearmor, inlineDetach, inlineSign, inlineVerify, sign, verify } from './signatures.js'

/** All that `sop` can do, by the names of the draft. */
export const subcommands: Readonly<Record<string, Subcommand>> = {
  version,
  'list-profiles': listProfiles,
  'generate-key': generateKey,
  'change-key-password': changeKeyPassword,
  'revoke-key': revokeKey,
  'extract-cert': extractCert,
  'update-key': updateKey,
  'merge-certs': mergeCerts,
  'certify-userid': certifyUserId,
  'validate-userid': validateUserId,
  sign,
  verify,
  encrypt,
  decrypt,
  'inline-detach': inlineDetach,
  'inline-verify': inlineVerify,
  'inline-sign': inlineSign,
  armor,
  dearmor,
}
