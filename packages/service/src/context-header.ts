import { CryptoError, type EncryptionContext } from '@parasol/core'
import { parseFields, parseFieldsText } from './json-fields.js'

/** Holds the encryption context of a request. */
export const CONTEXT_HEADER = 'parasol-context'

const MAX_KEYS = 256
const options = { what: 'The header Parasol-Context', maxFields: MAX_KEYS }

/**
 * Reads the encryption context from its header: a JSON object of strings, as it is if it is ASCII (JSON can escape what
 * is not), percent-encoded, or in base64url. Without the header the context is empty.
 *
 * @throws CryptoError INVALID_INPUT that shows nothing of the header
 */
export function parseContextHeader(header: string | readonly string[] | undefined): EncryptionContext {
  if (header === undefined) return {}
  if (typeof header !== 'string') throw invalid('must stand once')
  if (header.startsWith('{')) return parseFieldsText(requireAscii(header), options)
  return parseFields(header.startsWith('%') ? fromPercent(header) : fromBase64url(header), options)
}

function requireAscii(header: string): string {
  if (ASCII.test(header)) return header
  throw invalid('must be ASCII: escape other characters as \\uXXXX, percent-encode it, or encode it as base64url')
}

/** A header holds no other control characters than tabs. */
const ASCII = /^[\t -~]*$/

/** Not decodeURIComponent, which would pass over what is not encoded. */
function fromPercent(header: string): Buffer {
  if (!/^(%[0-9A-Fa-f]{2}|[\x21-\x24\x26-\x7e])*$/.test(header)) throw invalid('is not percent-encoded')
  return Buffer.from(
    header.replaceAll(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

function fromBase64url(header: string): Buffer {
  const bytes = Buffer.from(header, 'base64url')
  if (bytes.toString('base64url') !== header.replace(/={1,2}$/, '')) {
    throw invalid('is neither JSON, nor percent-encoded, nor base64url')
  }
  return bytes
}

function invalid(message: string): CryptoError {
  return new CryptoError('INVALID_INPUT', `${options.what} ${message}`)
}
