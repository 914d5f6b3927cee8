import { CryptoError, type CryptoErrorCode } from '@parasol/core'
import { SopError, type SopFailure } from './sop-error.js'

/** What a failure of the library is in the words of the draft. A subcommand may know better. */
export function explainFailure(error: unknown, byReason: Readonly<Record<string, SopFailure>> = {}): SopError {
  if (error instanceof SopError) return error
  if (!CryptoError.is(error)) return new SopError('UNSPECIFIED_FAILURE', 'Something unexpected happened')
  const { code, reason = '', message } = error
  const failure = byReason[reason] ?? BY_REASON[reason] ?? BY_CODE[code] ?? 'UNSPECIFIED_FAILURE'
  return new SopError(failure, message)
}

const BY_REASON: Readonly<Record<string, SopFailure>> = {
  GPG_PASSPHRASE_REQUIRED: 'KEY_IS_PROTECTED',
  GPG_PASSPHRASE_WRONG: 'KEY_IS_PROTECTED',
  GPG_KEY_OPTIONS_INVALID: 'MISSING_ARG',
  GPG_TEXT_EXPECTED: 'EXPECTED_TEXT',
  GPG_USER_ID_NOT_FOUND: 'CERT_USERID_NO_MATCH',
  EEXIST: 'OUTPUT_EXISTS',
}

const BY_CODE: Partial<Record<CryptoErrorCode, SopFailure>> = {
  DECRYPTION_FAILED: 'CANNOT_DECRYPT',
  INVALID_INPUT: 'BAD_DATA',
  KEY_NOT_FOUND: 'BAD_DATA',
}
