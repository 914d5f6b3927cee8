import { createHash, createHmac } from 'node:crypto'

const ALGORITHM = 'ACS3-HMAC-SHA256'

/** A request to the root of a service without a query: its parameters stand in its body. */
export interface Acs3Request {
  readonly method: string
  /** Canonical: sorted and encoded. */
  readonly query?: string
  /** By lower-case name; all of them are signed, that of the body's hash among them. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The `Authorization` header of a request, by the signature that Alibaba Cloud documents as version 3: HMAC-SHA256 over
 * the hash of the request line, the query, the headers and the body's hash.
 */
export function signAcs3({ method, query = '', headers }: Acs3Request, keyId: string, secret: string): string {
  const names = Object.keys(headers).sort()
  const lines = names.map((name) => `${name}:${headers[name]?.trim()}\n`).join('')
  const signedHeaders = names.join(';')
  const canonical = [method, '/', query, lines, signedHeaders, headers['x-acs-content-sha256']].join('\n')
  const signature = createHmac('sha256', secret)
    .update(`${ALGORITHM}\n${sha256(canonical)}`)
    .digest('hex')
  return `${ALGORITHM} Credential=${keyId},SignedHeaders=${signedHeaders},Signature=${signature}`
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}
