import { CryptoError } from './errors.js'
import type { Token } from './token.js'

/** The fields of a record as tokens, and the wrapped ("green") key that they share, if their scheme has one. */
export interface EncryptedRecord {
  readonly fields: Readonly<Record<string, Token>>
  readonly key?: Token
}

/** The name of the wrapped key in the flat form of a record. */
export const WRAPPED_KEY_FIELD = 'kms_encrypt_key'

/** `{ phone: token, kms_encrypt_key: token }`: the flat form that the service answers and a table row holds. */
export function flattenRecord(record: EncryptedRecord): Record<string, Token> {
  if (Object.hasOwn(record.fields, WRAPPED_KEY_FIELD)) throw reservedField()
  const entries = Object.entries(record.fields)
  return Object.fromEntries(record.key === undefined ? entries : [...entries, [WRAPPED_KEY_FIELD, record.key]])
}

/** The inverse of `flattenRecord`. */
export function unflattenRecord(flat: Readonly<Record<string, Token>>): EncryptedRecord {
  if (!Object.hasOwn(flat, WRAPPED_KEY_FIELD)) return { fields: { ...flat } }
  const { [WRAPPED_KEY_FIELD]: key, ...fields } = flat
  return key === undefined ? { fields } : { fields, key }
}

function reservedField(): CryptoError {
  return new CryptoError(
    'INVALID_INPUT',
    `A field cannot be named "${WRAPPED_KEY_FIELD}": the wrapped key has that name`,
  )
}
