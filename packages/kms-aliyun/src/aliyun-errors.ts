import { CryptoError, type CryptoErrorCode, decryptionFailed } from '@parasol/core'
import { fromTransport, malformedAnswer } from './transport-errors.js'

/**
 * Alibaba Cloud's error codes and ours. A code also stands for all that go on after it with a dot, unless they have a
 * line of their own.
 */
const codes: ReadonlyMap<string, CryptoErrorCode> = new Map<string, CryptoErrorCode>([
  ['Forbidden', 'ACCESS_DENIED'],
  ['Forbidden.AccessKey', 'UNAUTHENTICATED'],
  ['Forbidden.AliasNotFound', 'KEY_NOT_FOUND'],
  ['Forbidden.KeyNotFound', 'KEY_NOT_FOUND'],
  ['Forbidden.KeyVersionNotFound', 'KEY_NOT_FOUND'],
  ['IllegalTimestamp', 'UNAUTHENTICATED'],
  ['IncompleteSignature', 'UNAUTHENTICATED'],
  ['InternalFailure', 'KMS_UNAVAILABLE'],
  ['InvalidAccessKeyId', 'UNAUTHENTICATED'],
  ['InvalidParameter', 'INVALID_INPUT'],
  ['InvalidSecurityToken', 'UNAUTHENTICATED'],
  ['InvalidTimeStamp', 'UNAUTHENTICATED'],
  ['MissingParameter', 'INVALID_INPUT'],
  ['MissingSecurityToken', 'UNAUTHENTICATED'],
  ['NoPermission', 'ACCESS_DENIED'],
  ['ParseRequestParameterException', 'INVALID_INPUT'],
  // The state of a key: Disabled, PendingDeletion, PendingImport, Unavailable.
  ['Rejected', 'KEY_UNUSABLE'],
  ['Rejected.LimitExceeded', 'ACCESS_DENIED'],
  ['Rejected.Throttling', 'THROTTLED'],
  ['ServiceUnavailable', 'KMS_UNAVAILABLE'],
  ['ServiceUnavailableTemporary', 'KMS_UNAVAILABLE'],
  ['SignatureDoesNotMatch', 'UNAUTHENTICATED'],
  // Retried: the client draws its nonces from a space so small that two honest requests may share one.
  ['SignatureNonceUsed', 'KMS_UNAVAILABLE'],
  ['Throttling', 'THROTTLED'],
  ['Unsupported', 'UNSUPPORTED'],
  ['UnsupportedOperation', 'UNSUPPORTED'],
])

/** For codes that the table does not know, and answers without one. */
const codesByStatus: readonly [from: number, named: CryptoErrorCode, nameless: CryptoErrorCode][] = [
  [500, 'KMS_UNAVAILABLE', 'KMS_UNAVAILABLE'],
  [430, 'ACCESS_DENIED', 'KMS_PROTOCOL'],
  [429, 'THROTTLED', 'THROTTLED'],
  [402, 'ACCESS_DENIED', 'KMS_PROTOCOL'],
  [401, 'UNAUTHENTICATED', 'UNAUTHENTICATED'],
  [0, 'ACCESS_DENIED', 'KMS_PROTOCOL'],
]

/**
 * What the service says of a ciphertext that does not open. It documents no code of its own for that, and a damaged
 * ciphertext may name a key that does not exist.
 */
const BAD_CIPHERTEXT: Readonly<Record<string, ReadonlySet<CryptoErrorCode>>> = {
  Decrypt: new Set(['INVALID_INPUT', 'UNSUPPORTED', 'KEY_NOT_FOUND']),
  // It may be the other key that is not there, and gateways that do not offer this say UNSUPPORTED of it.
  ReEncrypt: new Set(['INVALID_INPUT']),
}

/**
 * Makes an error of our own of whatever the client threw. Nothing of the client's error is kept but code, status and
 * request id: its messages repeat the URL of the request, and it is no `cause` either.
 */
export function toCryptoError(action: string, thrown: unknown): CryptoError {
  if (CryptoError.is(thrown)) return thrown
  const refusal = readRefusal(thrown)
  return refusal ? fromRefusal(action, refusal) : fromTransport(action, thrown)
}

/** What the service says when it refuses, without anything that might repeat a parameter. */
export interface Refusal {
  readonly reason: string | undefined
  readonly status: number
  readonly requestId: string | undefined
}

/** The error for a refusal; DECRYPTION_FAILED if it says of a ciphertext that it does not open. */
export function fromRefusal(action: string, { reason, status, requestId }: Refusal): CryptoError {
  const code = codeOf(reason, status)
  if (BAD_CIPHERTEXT[action]?.has(code)) return decryptionFailed()
  const request = requestId === undefined ? '' : `, request ${requestId}`
  if (code === 'KMS_PROTOCOL') return malformedAnswer(action, `HTTP ${status} and no error code${request}`)
  const message = `The KMS refused ${action}: ${reason ?? 'no error code'} (HTTP ${status}${request})`
  return new CryptoError(code, message, reason === undefined ? {} : { reason })
}

function codeOf(reason: string | undefined, status: number): CryptoErrorCode {
  const named = reason === undefined ? undefined : lookUp(reason)
  if (named) return named
  const [, ofNamed, ofNameless] = codesByStatus.find(([from]) => status >= from) ?? [0, 'INTERNAL', 'INTERNAL']
  return reason === undefined ? ofNameless : ofNamed
}

function lookUp(reason: string): CryptoErrorCode | undefined {
  const parts = reason.split('.')
  const beginnings = parts.map((_, index) => parts.slice(0, parts.length - index).join('.'))
  return beginnings.map((beginning) => codes.get(beginning)).find((code) => code !== undefined)
}

/**
 * The body that the service sent with a status from 400. The client keeps it as `data`, tells the HTTP status only in
 * its message, after `code`, and appends "Error" to the service's code, which is why the body's own is read.
 */
function readRefusal(thrown: unknown): Refusal | undefined {
  const { data, message } = Object(thrown) as { data?: Record<string, unknown>; message?: unknown }
  if (typeof data !== 'object' || data === null) return undefined
  const [, status] = /Error: code: (\d{3}), /.exec(String(message)) ?? []
  if (status === undefined) return undefined
  return refusalOf(Number(status), data)
}

/** Of the body that the service sent with a status from 400. */
export function refusalOf(status: number, body: Readonly<Record<string, unknown>>): Refusal {
  return { reason: asName(body['Code']), status, requestId: asName(body['RequestId']) }
}

/** A code or a request id, and not a text that might repeat a parameter. */
function asName(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : undefined
}
