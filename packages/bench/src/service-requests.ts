import { CONTEXT } from './ciphers.js'
import { httpPost } from './http-request.js'

/** The one caller's, of a service that lives as long as a scenario. */
export const API_KEY = `parasol_${'bench'.repeat(9).slice(0, 43)}`
export const USE_CASE = 'customer'

export function serviceRequest(operation: 'encrypt' | 'decrypt', fields: Readonly<Record<string, string>>): Buffer {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${API_KEY}`,
    'parasol-context': JSON.stringify(CONTEXT),
  }
  return httpPost(`/v1/${USE_CASE}/${operation}`, headers, JSON.stringify(fields))
}
