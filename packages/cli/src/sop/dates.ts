import type { SignatureDates } from '@parasol/backend-gpg/stateless'
import { SopError } from './sop-error.js'

/** `now`, `-` for no limit, or a time of ISO 8601. @throws SopError UNSUPPORTED_OPTION */
export function parseDate(text: string | undefined): Date | undefined {
  if (text === undefined || text === '-') return undefined
  if (text === 'now') return new Date()
  const date = new Date(text)
  if (/^\d{4}-?\d{2}-?\d{2}/.test(text) && !Number.isNaN(date.getTime())) return date
  throw new SopError('UNSUPPORTED_OPTION', 'A date is "now", "-" or a time such as 2030-01-31T12:00:00Z')
}

export function parseDates(notBefore: string | undefined, notAfter: string | undefined): SignatureDates {
  return { notBefore: parseDate(notBefore), notAfter: parseDate(notAfter) }
}
