import { CryptoError } from './errors.js'
import { formatToken, parseToken, type Token } from './token.js'

/** The fields of a record as tokens. */
export function toTokens(scheme: string, fields: ReadonlyMap<string, Uint8Array>): Record<string, Token> {
  return Object.fromEntries([...fields].map(([name, ciphertext]) => [name, formatToken(scheme, ciphertext)]))
}

/**
 * The inverse: all fields of a record have the scheme of its key.
 *
 * @throws CryptoError SCHEME_NOT_ALLOWED for one that has not; INVALID_INPUT for what is no token
 */
export function fromTokens(expected: string, fields: ReadonlyMap<string, Token>): ReadonlyMap<string, Uint8Array> {
  return new Map([...fields].map(([name, token]) => [name, parseFieldToken(expected, token)]))
}

function parseFieldToken(expected: string, token: Token): Uint8Array {
  const { scheme, ciphertext } = parseToken(token)
  if (scheme !== expected) {
    throw new CryptoError('SCHEME_NOT_ALLOWED', `A field of scheme "${scheme}" beside a key of scheme "${expected}"`)
  }
  return ciphertext
}
