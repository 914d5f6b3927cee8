import { createHash, createHmac, randomBytes } from 'node:crypto'
import { CONTEXT_HEADER } from './context-header.js'

/** What of a request is signed. */
export interface SignedRequest {
  readonly method: string
  /** As it is sent, percent-encoded. */
  readonly path: string
  /** Of the body, as `Content-Digest` gives it. */
  readonly digest: string
  /** The header `Parasol-Context`, if there is one. */
  readonly context?: string | undefined
}

export interface SigningKey {
  /** The caller's name at the service. */
  readonly caller: string
  /** What the caller and the service share: at least 32 bytes of text. */
  readonly secret: string
}

/** When a signature was made, and what makes it unlike every other. */
export interface SignatureStamp {
  /** Seconds since 1970. */
  readonly created: number
  readonly nonce: string
}

/**
 * The headers that sign a request by HMAC-SHA256: HTTP Message Signatures (RFC 9421) over method, path, context and
 * `Content-Digest` (RFC 9530).
 */
export function signRequest(
  request: Omit<SignedRequest, 'digest'> & { readonly body: string | Uint8Array },
  key: SigningKey,
  stamp: SignatureStamp = newStamp(),
): Record<string, string> {
  const signed = { ...request, digest: contentDigest(request.body) }
  const parameters = signatureParameters(signed, key.caller, stamp)
  const signature = createHmac('sha256', key.secret).update(signatureBase(signed, parameters)).digest('base64')
  return {
    'content-digest': signed.digest,
    'signature-input': `${LABEL}=${parameters}`,
    signature: `${LABEL}=:${signature}:`,
  }
}

export function contentDigest(body: string | Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
}

/** What the parameters of a signature of this request have to be, to the letter. */
export function signatureParameters(
  request: SignedRequest,
  caller: string,
  { created, nonce }: SignatureStamp,
): string {
  const names = componentsOf(request).map(([name]) => `"${name}"`)
  return `(${names.join(' ')});created=${created};nonce="${nonce}";keyid="${caller}";alg="hmac-sha256"`
}

/** RFC 9421, section 2.5. */
export function signatureBase(request: SignedRequest, parameters: string): string {
  const lines = componentsOf(request).map(([name, value]) => `"${name}": ${value}\n`)
  return `${lines.join('')}"@signature-params": ${parameters}`
}

export const LABEL = 'parasol'

function componentsOf({ method, path, digest, context }: SignedRequest): readonly (readonly [string, string])[] {
  const components = [
    ['@method', method],
    ['@path', path],
    ['content-digest', digest],
  ] as const
  return context === undefined ? components : [...components, [CONTEXT_HEADER, context.trim()]]
}

function newStamp(): SignatureStamp {
  return { created: Math.floor(Date.now() / 1000), nonce: randomBytes(16).toString('base64url') }
}
