import { bytesOfBase64url } from './base64url.js'
import { CryptoError } from './errors.js'

/** Ciphertext as text, `enc1.<scheme>.<base64url>`: safe in URLs, JSON, CSV and database columns. */
export type Token = string

export interface ParsedToken {
  readonly scheme: string
  readonly ciphertext: Uint8Array
}

const SCHEME = /^[a-z][a-z0-9-]{0,31}$/
// Not of all of a token: to match a long one takes longer than to decrypt it.
const HEAD = /^enc1\.([a-z][a-z0-9-]{0,31})\./

/** Whether a string can name a scheme: lower-case letters, digits and hyphens, at most 32. */
export function isSchemeName(name: string): boolean {
  return SCHEME.test(name)
}

export function formatToken(scheme: string, ciphertext: Uint8Array): Token {
  return tokenPrefix(scheme) + base64url(ciphertext)
}

/** What the tokens of a scheme begin with; base64url follows. */
export function tokenPrefix(scheme: string): string {
  return `enc1.${scheme}.`
}

/** @throws CryptoError INVALID_INPUT if the text is not a token; base64url that is not canonical is not one. */
export function parseToken(token: string): ParsedToken {
  const match = typeof token === 'string' ? HEAD.exec(token) : null
  if (!match) throw notToken()
  const [head, scheme = ''] = match
  const ciphertext = bytesOfBase64url(token.slice(head.length))
  if (!ciphertext || ciphertext.length === 0) throw notToken()
  return { scheme, ciphertext }
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
}

function notToken(): CryptoError {
  return new CryptoError('INVALID_INPUT', 'Not a Parasol token: expected "enc1.<scheme>.<base64url>"')
}
