import { enums, type SessionKey } from 'openpgp'
import { gpgError } from '../gpg-errors.js'

/** The number of the algorithm and hexadecimal digits, as gpg shows and takes it: `9:0123…`. */
export function formatSessionKey({
  algorithm,
  data,
}: Pick<SessionKey, 'data'> & { readonly algorithm?: string | null }): string {
  const number = algorithm ? enums.symmetric[algorithm as keyof typeof enums.symmetric] : enums.symmetric.aes256
  return `${number}:${Buffer.from(data).toString('hex').toUpperCase()}`
}

/** @throws CryptoError INVALID_INPUT, reason GPG_MALFORMED */
export function parseSessionKey(text: string): SessionKey {
  const [, number, digits] = /^(\d{1,3}):((?:[0-9A-Fa-f]{2})+)$/.exec(text.trim()) ?? []
  const algorithm = Object.entries(enums.symmetric).find(([, value]) => value === Number(number))?.[0]
  if (digits === undefined || algorithm === undefined) throw gpgError('GPG_MALFORMED', 'This is no session key')
  return { algorithm: algorithm as SessionKey['algorithm'], data: Buffer.from(digits, 'hex') }
}
