import type { CredentialsSource } from './credentials.js'
import type { EndpointOptions } from './endpoint.js'

/** A parameter of an operation: text, or bytes that are sent as base64. */
export type Parameters = Readonly<Record<string, string | Uint8Array>>

/** What the service answered, of which nothing is known: it may be anything that came with a status below 400. */
export interface Answer {
  /** All fields; the plaintext stands in `plaintext` alone. */
  readonly fields: Readonly<Record<string, unknown>>
  /** The base64 text of the plaintext as bytes, which the reader zeroes. */
  readonly plaintext: Uint8Array | undefined
}

/** One way of asking Alibaba Cloud KMS. */
export interface Transport {
  /** Loads what it needs, so that the time for it does not count as the KMS's. */
  prepare(): Promise<void>
  /**
   * Asks once. Rejects with anything at all, which must not be shown to anyone.
   *
   * @param timeoutMs limit of a connection and of an answer; the signal, too, aborts by then
   */
  call(action: string, parameters: Parameters, signal: AbortSignal, timeoutMs: number): Promise<Answer>
}

export interface TransportOptions extends Required<EndpointOptions> {
  readonly credentials: CredentialsSource
  /** Path of certificates in PEM; by default those that Node trusts. */
  readonly caFile?: string | undefined
}

/** The version of the service's interface. */
export const API_VERSION = '2016-01-20'

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
