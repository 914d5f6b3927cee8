import { CryptoError, type CryptoErrorCode } from '@parasol/core'

/** Refusals of the service itself: their status, and what is said of them. */
const faults = {
  NOT_FOUND: [404, 'No such path'],
  METHOD_NOT_ALLOWED: [405, 'This path takes another method'],
  UNAUTHORIZED: [401, 'An API key is needed: Authorization: Bearer <key>'],
  FORBIDDEN: [403, 'This caller may not do this'],
  MISDIRECTED: [421, 'Without API keys the service answers only to the name of this machine'],
  RATE_LIMITED: [429, 'Too many requests of this caller'],
  LENGTH_REQUIRED: [411, 'The request has no body'],
  BODY_TOO_LARGE: [413, 'The body is longer than the service takes'],
  LINE_TOO_LONG: [413, 'The line is longer than the service takes'],
  BODY_INCOMPLETE: [400, 'The body did not arrive whole'],
  MALFORMED_REQUEST: [400, 'Not an HTTP request that the service reads'],
  HEADERS_TOO_LARGE: [431, 'The headers are longer than the service takes'],
  REQUEST_TIMEOUT: [408, 'The request did not arrive in time'],
  UNSUPPORTED_MEDIA_TYPE: [
    415,
    'The body must be application/json or, of a batch, application/x-ndjson; in UTF-8, not compressed',
  ],
  OVERLOADED: [503, 'The service is busy or about to stop: try again'],
  LOG_UNAVAILABLE: [503, 'The service cannot write its log, so that it does nothing that would belong there'],
} as const satisfies Record<string, readonly [status: number, message: string]>

export type HttpFaultCode = keyof typeof faults

/** A refusal of the service, as opposed to a CryptoError, which comes from the work itself. */
export class HttpFault extends Error {
  readonly code: HttpFaultCode

  constructor(code: HttpFaultCode, options?: ErrorOptions) {
    super(faults[code][1], options)
    this.code = code
  }
}

/** What a caller is told. */
export interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
}

/**
 * The status of every code. Errors of the caller's own making keep their message, which speaks of shapes and limits;
 * others get one that shows nothing of this service's keys, paths and neighbours.
 */
const statuses = {
  INVALID_INPUT: 400,
  PLAINTEXT_TOO_LARGE: 413,
  UNKNOWN_USE_CASE: 403,
  SCHEME_NOT_ALLOWED: 422,
  UNSUPPORTED: 422,
  DECRYPTION_FAILED: 422,
  THROTTLED: 503,
  NOT_READY: 503,
  KMS_UNAVAILABLE: 503,
  ABORTED: 503,
  LOCKED: 503,
  CLOSED: 503,
  IO: 503,
  TIMEOUT: 504,
  KMS_PROTOCOL: 502,
  UNAUTHENTICATED: 502,
  ACCESS_DENIED: 502,
  KEY_NOT_FOUND: 502,
  KEY_UNUSABLE: 502,
  INVALID_CONFIG: 500,
  WRONG_PASSPHRASE: 500,
  STORE_DAMAGED: 500,
  INTERNAL: 500,
} as const satisfies Record<CryptoErrorCode, number>

/** Codes that would tell a caller of the service about its KMS in words that seem to be about himself. */
const renamed: { readonly [Code in CryptoErrorCode]?: string } = {
  UNAUTHENTICATED: 'KMS_REFUSED',
  ACCESS_DENIED: 'KMS_REFUSED',
  KEY_NOT_FOUND: 'KMS_REFUSED',
  KEY_UNUSABLE: 'KMS_REFUSED',
}

/** Says of any error what its caller may know. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof HttpFault) return { status: faults[error.code][0], code: error.code, message: error.message }
  if (!CryptoError.is(error)) return { status: 500, code: 'INTERNAL', message: failed }
  if (error.code === 'UNKNOWN_USE_CASE') return refusalOf(new HttpFault('FORBIDDEN'))
  const status = statuses[error.code] ?? 500
  return { status, code: renamed[error.code] ?? error.code, message: status < 500 ? error.message : failed }
}

const failed = 'The service could not do this: its log has the request id'

/** Every refusal that there is, for those who describe the service; the message is empty where it depends. */
export function allRefusals(): readonly Refusal[] {
  const ofService = Object.entries(faults).map(([code, [status, message]]) => ({ status, code, message }))
  const ofWork = (Object.entries(statuses) as [CryptoErrorCode, number][]).map(([code, status]) => {
    return { status, code: renamed[code] ?? code, message: status < 500 ? '' : failed }
  })
  const byCode = new Map([...ofWork, ...ofService].map((refusal) => [refusal.code, refusal]))
  byCode.delete('UNKNOWN_USE_CASE')
  return [...byCode.values()]
}
