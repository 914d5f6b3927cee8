/** The service refused, or did not answer. It holds no value. */
export class ServiceError extends Error {
  /** The HTTP status; 0 without an answer. */
  readonly status: number
  /** As the service says it, such as `DECRYPTION_FAILED`; `UNREACHABLE` and `TIMEOUT` without an answer. */
  readonly code: string
  /** What the logs of the service call the request; empty without an answer. */
  readonly requestId: string
  /** Whether the same request may succeed later. */
  readonly retryable: boolean

  constructor(message: string, { status, code, requestId, cause }: ServiceErrorOptions) {
    super(message, cause === undefined ? {} : { cause })
    this.name = 'ServiceError'
    this.status = status
    this.code = code
    this.requestId = requestId
    this.retryable = status === 0 || status === 429 || status === 503 || status === 504
  }
}

export interface ServiceErrorOptions {
  readonly status: number
  readonly code: string
  readonly requestId: string
  readonly cause?: unknown
}
