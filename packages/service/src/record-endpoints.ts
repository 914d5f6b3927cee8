import { type Cipher, CryptoError, flattenRecord, unflattenRecord, WRAPPED_KEY_FIELD } from '@parasol/core'
import type { Call } from './call.js'
import type { Operation } from './callers.js'

type Fields = Readonly<Record<string, string>>

/** What an operation does with the fields of a body, and how many there were. */
export type Endpoint = (cipher: Cipher, fields: Fields, call: Call) => Promise<Fields>

export const endpoints: Readonly<Record<Operation, Endpoint>> = { encrypt, decrypt }

/** `{"key1":"data1"}` becomes `{"key1":"…","kms_encrypt_key":"…"}`; without the latter for schemes without records. */
async function encrypt(cipher: Cipher, fields: Fields, { context, signal }: Call): Promise<Fields> {
  if (Object.hasOwn(fields, WRAPPED_KEY_FIELD)) {
    throw new CryptoError('INVALID_INPUT', `A field cannot be named "${WRAPPED_KEY_FIELD}": the answer has that name`)
  }
  requireFields(fields)
  return flattenRecord(await cipher.encryptRecord(fields, context, { signal }))
}

/** The inverse, of all fields or some of them. */
async function decrypt(cipher: Cipher, flat: Fields, { context, signal }: Call): Promise<Fields> {
  const record = unflattenRecord(flat)
  requireFields(record.fields)
  return cipher.decryptRecord(record, context, { signal })
}

function requireFields(fields: Fields): void {
  for (const _ in fields) return
  throw new CryptoError('INVALID_INPUT', 'The body has no field')
}
