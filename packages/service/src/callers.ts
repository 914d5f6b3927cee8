import { hash, randomBytes } from 'node:crypto'
import { CryptoError } from '@parasol/core'
import { CERTIFICATE_NAME } from './client-certificate.js'
import { HttpFault } from './http-fault.js'

/** What is done to records. */
export const operations = ['encrypt', 'decrypt', 'rewrap'] as const
export type Operation = (typeof operations)[number]

/** What a caller can be allowed. */
export const permissions = [...operations, 'metrics'] as const
export type Permission = (typeof permissions)[number]

/** A program that may call the service, and what it may do. */
export interface Caller {
  readonly name: string
  /** SHA-256 of its API keys, in hex: two while a key is being replaced. */
  readonly keyHashes: readonly string[]
  /** SHA-256 in hex, or DNS names, of its certificates; for a service that speaks TLS and names authorities. */
  readonly certificates?: readonly string[]
  /** What signs its requests (see `signRequest`), of at least 32 bytes; two while one is being replaced. */
  readonly secrets?: readonly string[]
  /** The use cases that it may ask for. */
  readonly useCases: readonly string[]
  readonly operations: readonly Permission[]
  /** How many requests it may make in a second; as many in a burst. Without it there is no limit. */
  readonly requestsPerSecond?: number
}

const MIN_SECRET_BYTES = 32
const PREFIX = 'parasol_'
const BEARER = /^[Bb][Ee][Aa][Rr][Ee][Rr] parasol_[A-Za-z0-9_-]{43}$/

/** A new API key of 256 random bits. Give it to the caller; keep its hash. */
export function createApiKey(): string {
  return PREFIX + randomBytes(32).toString('base64url')
}

/** What is kept of an API key. One round of SHA-256 is enough: nobody can guess 256 random bits. */
export function hashApiKey(key: string): string {
  return hash('sha256', key)
}

export function isOperation(text: string | undefined): text is Operation {
  return operations.includes(text as Operation)
}

/**
 * Finds the caller of an `Authorization` header. Every refusal is the same one and takes the same work, however many
 * callers there are. That the look-up of a hash may tell by its time how a hash begins helps nobody: the hash of what is
 * unknown cannot be steered.
 */
export function callerOfKey(callers: readonly Caller[]): (authorization: string | undefined) => Caller {
  const byHash = new Map(callers.flatMap((caller) => caller.keyHashes.map((keyHash) => [keyHash, caller] as const)))
  return (authorization = '') => {
    const found = byHash.get(hashApiKey(authorization.slice('Bearer '.length)))
    if (!BEARER.test(authorization) || !found) throw new HttpFault('UNAUTHORIZED')
    return found
  }
}

/** A use case that there is not, and one that is another's, look the same. @throws HttpFault FORBIDDEN */
export function requirePermission(caller: Caller, useCase: string, operation: Operation): void {
  if (caller.operations.includes(operation) && caller.useCases.includes(useCase)) return
  throw new HttpFault('FORBIDDEN')
}

/** @throws CryptoError INVALID_CONFIG if the callers cannot be told apart */
export function requireDistinct(callers: readonly Caller[]): void {
  const names = callers.map(({ name }) => name)
  const hashes = callers.flatMap(({ keyHashes }) => keyHashes)
  if (new Set(names).size < names.length) throw invalid('Two callers have the same name')
  if (new Set(hashes).size < hashes.length) throw invalid('Two callers have the same API key')
  const certificates = callers.flatMap((caller) => caller.certificates ?? [])
  if (new Set(certificates).size < certificates.length) throw invalid('Two callers have the same certificate')
  if (!certificates.every((name) => CERTIFICATE_NAME.test(name))) {
    throw invalid('The name of a certificate is neither a SHA-256 in lower-case hex nor a DNS name in lower case')
  }
  const secrets = callers.flatMap((caller) => caller.secrets ?? [])
  if (new Set(secrets).size < secrets.length) throw invalid('Two callers have the same secret')
  if (!secrets.every((secret) => Buffer.byteLength(secret) >= MIN_SECRET_BYTES)) {
    throw invalid(`The secret of a caller has less than ${MIN_SECRET_BYTES} bytes: parasol-service --new-key`)
  }
  if (!hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))) {
    throw invalid("An API key's hash is not a SHA-256 in lower-case hex")
  }
}

function invalid(message: string): CryptoError {
  return new CryptoError('INVALID_CONFIG', message)
}
