import { CryptoError, type CryptoErrorCode, decryptionFailed } from '@parasol/core'

interface FaultKind {
  /** HTTP status. */
  readonly status: number
  readonly message: string
  /** What the same fault is for a caller in this process. */
  readonly code: CryptoErrorCode
}

const rejected = (state: string): FaultKind => ({
  status: 409,
  message: `The request was rejected because the key state is ${state}.`,
  code: 'KEY_UNUSABLE',
})
const missing = (what: string): FaultKind => ({
  status: 404,
  message: `The specified ${what} is not found.`,
  code: 'KEY_NOT_FOUND',
})

const forbidden = (message: string): FaultKind => ({ status: 403, message, code: 'ACCESS_DENIED' })
const malformed = (parameter: string): FaultKind => ({
  status: 400,
  message: `The parameter ${parameter} is wrongly formed.`,
  code: 'INVALID_INPUT',
})

/** Every fault of Alibaba Cloud KMS that this service answers with: its code, HTTP status and message. */
const kinds = {
  MissingParameter: { status: 400, message: 'The parameter "%" is needed but not provided.', code: 'INVALID_INPUT' },
  InvalidParameter: { status: 400, message: 'The specified parameter "%" is not valid.', code: 'INVALID_INPUT' },
  UnsupportedOperation: { status: 400, message: 'This action is not supported.', code: 'UNSUPPORTED' },
  'Unsupported.Alias': { status: 400, message: 'The specified alias is not supported.', code: 'INVALID_INPUT' },
  AliasAlreadyExists: { status: 400, message: 'The specified alias already exists.', code: 'INVALID_INPUT' },
  'Unsupported.Origin': {
    status: 400,
    message: 'The origin of the key does not support this action.',
    code: 'UNSUPPORTED',
  },
  'Unsupported.ProtectionLevel': {
    status: 400,
    message: 'The specified protection level is not supported.',
    code: 'UNSUPPORTED',
  },
  InvalidKeyMaterial: { status: 400, message: 'The specified key material is not valid.', code: 'INVALID_INPUT' },
  InvalidImportToken: { status: 400, message: 'The specified import token is not valid.', code: 'INVALID_INPUT' },
  ExpiredImportToken: { status: 400, message: 'The specified import token is expired.', code: 'INVALID_INPUT' },
  'Rejected.LimitExceeded': { status: 400, message: 'A limit of the service is exceeded.', code: 'INVALID_INPUT' },
  'Forbidden.KeyNotFound': missing('Key'),
  'Forbidden.KeyVersionNotFound': missing('KeyVersion'),
  'Forbidden.AliasNotFound': missing('Alias'),
  'Rejected.Disabled': rejected('Disabled'),
  'Rejected.PendingDeletion': rejected('PendingDeletion'),
  'Rejected.PendingImport': rejected('PendingImport'),
  'Rejected.Unavailable': rejected('Unavailable'),
  'Rejected.StateModifiedFailed': { status: 409, message: 'Keystate modified failed.', code: 'KEY_UNUSABLE' },
  /** The cloud's own code is not documented. */
  'Rejected.DeletionProtected': { status: 409, message: 'The key is protected from deletion.', code: 'KEY_UNUSABLE' },
  'Forbidden.NoPermission': {
    status: 403,
    message: 'This operation is forbidden by permission system.',
    code: 'ACCESS_DENIED',
  },
  /** What every dry run ends in; the codes are documented, their statuses are not. */
  DryRunOperationError: {
    status: 400,
    message: 'The request would have succeeded if the DryRun parameter was not specified.',
    code: 'INVALID_INPUT',
  },
  ValidationError: {
    status: 400,
    message: 'The specified parameters in the request are invalid.',
    code: 'INVALID_INPUT',
  },
  AccessDeniedError: {
    status: 403,
    message: 'You are not authorized to perform the operation on the specified resource.',
    code: 'ACCESS_DENIED',
  },
  /** What an account may run into in the cloud. Here only a fault plan makes them; the words are not documented. */
  'Forbidden.AccessKey': { status: 403, message: 'The AccessKey is disabled.', code: 'UNAUTHENTICATED' },
  'Forbidden.KmsServiceNotEnabled': forbidden('KMS is not enabled for the account.'),
  'Forbidden.ProhibitedByRiskControl': forbidden('The request is prohibited by risk control.'),
  'Forbidden.InDebt': forbidden('The account has an overdue payment.'),
  'Forbidden.InDebtOverdue': forbidden('The account has an overdue payment for too long.'),
  'Rejected.Throttling': { status: 429, message: 'QPS Limit Exceeded', code: 'THROTTLED' },
  'InvalidAccessKeyId.NotFound': {
    status: 404,
    message: 'The Access Key ID provided does not exist in our records.',
    code: 'UNAUTHENTICATED',
  },
  MissingSecurityToken: {
    status: 400,
    message: 'SecurityToken is mandatory for this action.',
    code: 'UNAUTHENTICATED',
  },
  'InvalidSecurityToken.Malformed': {
    status: 400,
    message: 'The specified SecurityToken is malformed.',
    code: 'UNAUTHENTICATED',
  },
  'InvalidSecurityToken.MismatchWithAccessKey': {
    status: 400,
    message: 'The specified SecurityToken mismatches with the AccessKey.',
    code: 'UNAUTHENTICATED',
  },
  NoPermission: {
    status: 403,
    message: 'You are not authorized to do this action. You should be authorized by RAM.',
    code: 'ACCESS_DENIED',
  },
  'EntityNotExist.User': { status: 404, message: 'The user does not exist.', code: 'INVALID_INPUT' },
  'EntityNotExist.Role': { status: 404, message: 'The role does not exist.', code: 'INVALID_INPUT' },
  'InvalidParameter.RoleArn': malformed('RoleArn'),
  'InvalidParameter.RoleSessionName': malformed('RoleSessionName'),
  'InvalidParameter.DurationSeconds': {
    status: 400,
    message: 'The Min/Max value of DurationSeconds is 15min/1hr.',
    code: 'INVALID_INPUT',
  },
  'InvalidParameter.PolicyGrammar': {
    status: 400,
    message: 'The parameter Policy has not passed grammar check.',
    code: 'INVALID_INPUT',
  },
  SignatureDoesNotMatch: {
    status: 400,
    // The cloud shows what it signed, and its SDKs look for it after the colon; the parameters would be in it.
    message: 'Specified signature is not matched with our calculation. server string to sign is:not shown',
    code: 'UNAUTHENTICATED',
  },
  IncompleteSignature: { status: 400, message: 'The request signature is incomplete.', code: 'UNAUTHENTICATED' },
  IllegalTimestamp: {
    status: 400,
    message: 'The input parameter "Timestamp" is not within 15 minutes of the time of this service.',
    code: 'UNAUTHENTICATED',
  },
  SignatureNonceUsed: { status: 400, message: 'The request was sent before.', code: 'UNAUTHENTICATED' },
  ParseRequestParameterException: { status: 400, message: 'The request cannot be parsed.', code: 'INVALID_INPUT' },
  UnsupportedHTTPMethod: { status: 403, message: 'This HTTP method is not supported.', code: 'INVALID_INPUT' },
  NotFound: { status: 404, message: 'There is nothing at this path.', code: 'INVALID_INPUT' },
  RequestTooLarge: { status: 413, message: 'The request is too large.', code: 'INVALID_INPUT' },
  RequestTimeout: { status: 408, message: 'The request did not arrive in time.', code: 'TIMEOUT' },
  HeaderTooLarge: { status: 431, message: 'The request line or headers are too large.', code: 'INVALID_INPUT' },
  InternalFailure: { status: 500, message: 'Internal failure.', code: 'INTERNAL' },
  ServiceUnavailableTemporary: { status: 503, message: 'Service unavailable temporarily.', code: 'KMS_UNAVAILABLE' },
} as const satisfies Record<string, FaultKind>

export type FaultCode = keyof typeof kinds

/** A refusal, as the cloud words it. It names parameters and never holds their values. */
export class KmsFault extends Error {
  readonly fault: FaultCode
  readonly status: number

  constructor(fault: FaultCode, parameter = '') {
    super(kinds[fault].message.replace('%', parameter))
    this.fault = fault
    this.status = kinds[fault].status
  }

  toCryptoError(): CryptoError {
    return new CryptoError(kinds[this.fault].code, this.message, { reason: this.fault })
  }
}

/** A ciphertext that does not open: the cloud's answer names the parameter and gives no reason. */
export class BadCiphertext extends KmsFault {
  constructor() {
    super('InvalidParameter', 'CiphertextBlob')
  }

  override toCryptoError(): CryptoError {
    return decryptionFailed()
  }
}
