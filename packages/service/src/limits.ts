/** What one request, one caller and all together may cost. */
export interface ServiceLimits {
  /** Longest body of a request, in bytes. */
  readonly bodyBytes: number
  /** Most fields of one record. */
  readonly fields: number
  /** How long a request may take to arrive whole, in milliseconds. */
  readonly arrivalMs: number
  /** How long it may then be worked on, in milliseconds. */
  readonly workMs: number
  /** How long the caller of a stream of lines may neither send nor read, in milliseconds. */
  readonly idleMs: number
  /** Requests that are worked on at once; more are sent away with 503. */
  readonly concurrent: number
  /** How many bytes must be free on the disks of the logs for the service to call itself ready. */
  readonly freeBytes: number
  /** How long requests under way may take to finish when the service is stopped, in milliseconds. */
  readonly drainMs: number
}

export const defaultLimits: ServiceLimits = {
  bodyBytes: 1_048_576,
  fields: 1_000,
  arrivalMs: 10_000,
  workMs: 10_000,
  idleMs: 60_000,
  concurrent: 1_024,
  freeBytes: 32 * 1024 * 1024,
  drainMs: 10_000,
}
