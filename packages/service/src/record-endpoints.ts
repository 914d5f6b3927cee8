import {
  type CallOptions,
  type Cipher,
  CryptoError,
  flattenRecord,
  unflattenRecord,
  WRAPPED_KEY_FIELD,
} from '@parasol/core'
import type { Item } from './batch.js'
import type { Operation } from './callers.js'

type Fields = Readonly<Record<string, string>>

/** What an operation makes of a record. */
export type Endpoint = (cipher: Cipher, item: Item, options: CallOptions) => Promise<Fields>

export const endpoints: Readonly<Record<Operation, Endpoint>> = { encrypt, decrypt, rewrap }

/** `{"key1":"data1"}` becomes `{"key1":"…","kms_encrypt_key":"…"}`; without the latter for schemes without records. */
async function encrypt(cipher: Cipher, { fields, context }: Item, options: CallOptions): Promise<Fields> {
  if (Object.hasOwn(fields, WRAPPED_KEY_FIELD)) {
    throw new CryptoError('INVALID_INPUT', `A field cannot be named "${WRAPPED_KEY_FIELD}": the answer has that name`)
  }
  requireFields(fields)
  return flattenRecord(await cipher.encryptRecord(fields, context, options))
}

/** The inverse, of all fields or some of them. */
async function decrypt(cipher: Cipher, { fields, context }: Item, options: CallOptions): Promise<Fields> {
  const record = unflattenRecord(fields)
  requireFields(record.fields)
  return cipher.decryptRecord(record, context, options)
}

/** `{"kms_encrypt_key":"…"}` becomes the same under the KMS key's newest version. Fields have no part in it. */
async function rewrap(cipher: Cipher, { fields, context }: Item, options: CallOptions): Promise<Fields> {
  const { [WRAPPED_KEY_FIELD]: key, ...others } = fields
  if (key === undefined || Object.keys(others).length > 0) {
    throw new CryptoError('INVALID_INPUT', `Only "${WRAPPED_KEY_FIELD}" is renewed, and nothing else is taken`)
  }
  return { [WRAPPED_KEY_FIELD]: await cipher.rewrap(key, context, options) }
}

function requireFields(fields: Fields): void {
  for (const _ in fields) return
  throw new CryptoError('INVALID_INPUT', 'A record has at least one field')
}

/** How many fields are worked on. The green key is none. */
export function countFields(fields: Fields): number {
  return Object.keys(fields).length - (Object.hasOwn(fields, WRAPPED_KEY_FIELD) ? 1 : 0)
}
