import { createHash, createHmac } from 'node:crypto'
import { KmsFault } from './faults.js'
import { percentEncode } from './percent-encoding.js'

const ALGORITHM = 'ACS3-HMAC-SHA256'
/** What decides what a request does, and when; all must be signed. */
const ESSENTIAL = ['host', 'x-acs-action', 'x-acs-version', 'x-acs-date', 'x-acs-content-sha256']

/** A request as the signature of Alibaba Cloud's newer SDKs sees it. */
export interface Acs3Request {
  readonly method: string
  /** Of the URL alone: a form body is signed by its hash. */
  readonly query: ReadonlyMap<string, string>
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Uint8Array
}

/** The parts of an `Authorization` header. */
export interface Acs3Authorization {
  readonly accessKeyId: string
  readonly signedHeaders: readonly string[]
  readonly signature: Buffer
}

export function isAcs3(authorization: string | undefined): boolean {
  return authorization?.startsWith(`${ALGORITHM} `) ?? false
}

/** Whose signature the header says that it is. */
export function accessKeyIdOf(authorization: string | undefined): string | undefined {
  return AUTHORIZATION.exec(authorization ?? '')?.[1]
}

/** The signature: HMAC-SHA256 over the hash of the request line, the query, the signed headers and the body's hash. */
export function signAcs3(request: Acs3Request, signedHeaders: readonly string[], secret: string): Buffer {
  const { method, query, headers } = request
  const canonicalQuery = [...query]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join('&')
  const canonicalHeaders = signedHeaders.map((name) => `${name}:${headers.get(name)?.trim() ?? ''}\n`).join('')
  const hash = headers.get('x-acs-content-sha256') ?? ''
  const canonical = [method, '/', canonicalQuery, canonicalHeaders, signedHeaders.join(';'), hash].join('\n')
  return createHmac('sha256', secret)
    .update(`${ALGORITHM}\n${sha256(canonical)}`)
    .digest()
}

/**
 * Reads the `Authorization` header, and sees to it that the signature covers what it must.
 *
 * @throws KmsFault IncompleteSignature, MissingParameter, InvalidParameter
 */
export function readAuthorization({ headers, body }: Acs3Request): Acs3Authorization {
  const [, accessKeyId = '', list = '', signature = ''] = AUTHORIZATION.exec(headers.get('authorization') ?? '') ?? []
  const signedHeaders = list.split(';')
  if (signature === '') throw new KmsFault('IncompleteSignature')
  for (const name of ESSENTIAL) if (!headers.get(name)) throw new KmsFault('MissingParameter', name)
  const meant = [...headers.keys()].filter((name) => name.startsWith('x-acs-'))
  if (![...ESSENTIAL, ...meant].every((name) => signedHeaders.includes(name))) throw new KmsFault('IncompleteSignature')
  if (headers.get('x-acs-content-sha256') !== sha256(body))
    throw new KmsFault('InvalidParameter', 'x-acs-content-sha256')
  return { accessKeyId, signedHeaders, signature: Buffer.from(signature, 'hex') }
}

const AUTHORIZATION =
  /^ACS3-HMAC-SHA256 Credential=([^,\s]{1,128}),\s*SignedHeaders=([a-z0-9;-]{1,2048}),\s*Signature=([0-9a-f]{64})$/

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}
