import { CryptoError, type CryptoErrorCode, decryptionFailed } from '@parasol/core'

/** Alibaba Cloud's error codes and ours. The longest beginning that fits decides. */
const codes: readonly [beginning: string, code: CryptoErrorCode][] = [
  ['Forbidden.KeyNotFound', 'KEY_NOT_FOUND'],
  ['Forbidden.KeyVersionNotFound', 'KEY_NOT_FOUND'],
  ['Forbidden.AliasNotFound', 'KEY_NOT_FOUND'],
  ['Forbidden.AccessKey', 'UNAUTHENTICATED'],
  ['Forbidden', 'ACCESS_DENIED'],
  ['NoPermission', 'ACCESS_DENIED'],
  ['Rejected.Throttling', 'THROTTLED'],
  ['Throttling', 'THROTTLED'],
  ['Rejected.LimitExceeded', 'INVALID_INPUT'],
  ['Rejected', 'KEY_UNUSABLE'],
  ['InvalidAccessKeyId', 'UNAUTHENTICATED'],
  ['InvalidSecurityToken', 'UNAUTHENTICATED'],
  ['MissingSecurityToken', 'UNAUTHENTICATED'],
  ['IncompleteSignature', 'UNAUTHENTICATED'],
  ['SignatureDoesNotMatch', 'UNAUTHENTICATED'],
  ['SignatureNonceUsed', 'UNAUTHENTICATED'],
  ['IllegalTimestamp', 'UNAUTHENTICATED'],
  ['InvalidTimeStamp', 'UNAUTHENTICATED'],
  ['MissingParameter', 'INVALID_INPUT'],
  ['InvalidParameter', 'INVALID_INPUT'],
  ['ParseRequestParameterException', 'INVALID_INPUT'],
  ['Unsupported', 'UNSUPPORTED'],
  ['InternalFailure', 'KMS_UNAVAILABLE'],
  ['ServiceUnavailableTemporary', 'KMS_UNAVAILABLE'],
]

/**
 * What the service says of a ciphertext that does not open. It documents no code of its own for that, and a damaged
 * ciphertext may name a key that does not exist.
 */
const BAD_CIPHERTEXT: ReadonlySet<CryptoErrorCode> = new Set(['INVALID_INPUT', 'UNSUPPORTED', 'KEY_NOT_FOUND'])

/**
 * Makes an error of our own of whatever the client threw. Nothing of the client's error is kept but code, status and
 * request id: its messages repeat the URL of the request, and it is no `cause` either.
 */
export function toCryptoError(action: string, thrown: unknown): CryptoError {
  if (CryptoError.is(thrown)) return thrown
  const { code, status, requestId } = describe(thrown)
  if (code !== undefined && status !== undefined) return fromAnswer(action, code, status, requestId)
  return fromTransport(action, thrown)
}

/** @param detail what is wrong with the answer, without anything of its content */
export function malformedAnswer(action: string, detail: string): CryptoError {
  return new CryptoError('KMS_PROTOCOL', `The KMS answered ${action} with ${detail}`)
}

function fromAnswer(action: string, reason: string, status: number, requestId: string): CryptoError {
  const code = codeOf(reason, status)
  if (action === 'Decrypt' && BAD_CIPHERTEXT.has(code)) return decryptionFailed()
  const request = requestId === '' ? '' : `, request ${requestId}`
  return new CryptoError(code, `The KMS refused ${action}: ${reason} (HTTP ${status}${request})`, { reason })
}

function codeOf(reason: string, status: number): CryptoErrorCode {
  const fitting = codes
    .filter(([beginning]) => reason === beginning || reason.startsWith(`${beginning}.`))
    .sort(([a], [b]) => b.length - a.length)
  if (fitting[0]) return fitting[0][1]
  if (status >= 500) return 'KMS_UNAVAILABLE'
  return status === 429 ? 'THROTTLED' : 'ACCESS_DENIED'
}

function fromTransport(action: string, thrown: unknown): CryptoError {
  const { name, code } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as {
    name?: string
    code?: string
  }
  if (name === 'RequestTimeoutError') return new CryptoError('TIMEOUT', `The KMS did not answer ${action} in time`)
  if (typeof code === 'string' && /^(E[A-Z_]+|[A-Z_]*(CERT|TLS|SSL)[A-Z_]*|HPE_\w+)$/.test(code)) {
    return new CryptoError('KMS_UNAVAILABLE', `The KMS cannot be reached for ${action} (${code})`, { reason: code })
  }
  return malformedAnswer(action, 'something that is not an answer')
}

/** The client appends "Error" to the service's code, and tells the HTTP status only in the body or in its message. */
function describe(thrown: unknown): { code?: string; status?: number; requestId: string } {
  const { data, message } = (thrown ?? {}) as { data?: Record<string, unknown>; message?: unknown }
  if (typeof data !== 'object' || data === null) return { requestId: '' }
  const { Code, HttpStatus, RequestId } = data
  const status = typeof HttpStatus === 'number' ? HttpStatus : Number(/code: (\d{3}),/.exec(String(message))?.[1])
  return {
    ...(isName(Code) ? { code: Code } : { code: 'UnknownError' }),
    ...(Number.isInteger(status) ? { status } : {}),
    requestId: isName(RequestId) ? RequestId : '',
  }
}

/** A code or a request id, and not a text that might repeat a parameter. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value)
}
