import { type Cipher, type EncryptedRecord, unflattenRecord, WRAPPED_KEY_FIELD } from '@parasol/core'
import type { Item } from './batch.js'
import type { Operation } from './callers.js'

/**
 * What an endpoint answers, as JSON, where the keys are in memory; undefined where it has to wait, or to say why it
 * cannot. `record-endpoints.ts` gives the same.
 *
 * @throws CryptoError as those do
 */
export type AtOnce = (cipher: Cipher, item: Item) => string | undefined

export const atOnce: Readonly<Record<Operation, AtOnce>> = {
  encrypt: ({ sync }, { fields, context }) => {
    if (Object.hasOwn(fields, WRAPPED_KEY_FIELD)) return undefined
    const record = sync.tryEncryptRecord(fields, context)
    return record && formatRecord(record)
  },
  decrypt: ({ sync }, { fields, context }) => {
    const record = unflattenRecord(fields)
    const texts = sync.tryDecryptRecord(record, context)
    return texts && JSON.stringify(texts)
  },
  rewrap: () => undefined,
}

/** The JSON of the flat form, written as it comes. Nothing in a token needs to be escaped. */
function formatRecord({ fields, key }: EncryptedRecord): string {
  let text = ''
  for (const name in fields) text += `${text === '' ? '{' : ','}${JSON.stringify(name)}:"${fields[name]}"`
  return key === undefined ? `${text}}` : `${text},"${WRAPPED_KEY_FIELD}":"${key}"}`
}
