import { type CallOptions, type Cipher, CryptoError, type EncryptedRecord, type EncryptionContext } from '@parasol/core'
import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'
import type { RowConversion } from './conversion.js'
import { recordsTexts } from './records-texts.js'
import { RowError } from './row.js'

type Renewal = (record: EncryptedRecord, context: EncryptionContext, options: CallOptions) => Promise<EncryptedRecord>

/** The wrapped key of each row is wrapped again, under the newest version of its KMS key; tokens stay as they are. */
export function rewrapRows(terminal: Pick<Terminal, 'env'>): RowConversion {
  return renewing(terminal, (cipher) => async ({ fields, key }, context, options) => {
    if (key === undefined) throw new RowError('noKey')
    return { fields, key: await cipher.rewrap(key, context, options) }
  })
}

/**
 * Each row is decrypted and encrypted again by another use case, or by the same one as it is configured now. A row that
 * a former run has done already is done once more.
 */
export function reencryptRows(terminal: Pick<Terminal, 'env'>, to: string, isSame: boolean): RowConversion {
  const renewal =
    (cipher: Cipher, target: Cipher): Renewal =>
    async (record, context, options) => {
      const texts = await decryptEither([cipher, ...(isSame ? [] : [target])], record, context, options)
      return target.encryptRecord(texts, context, options)
    }
  return {
    ...renewing(terminal, renewal, to),
    keys: (targetHasKeys) => (targetHasKeys ? 'with' : 'without'),
  }
}

function renewing(
  terminal: Pick<Terminal, 'env'>,
  renewal: (cipher: Cipher, target: Cipher) => Renewal,
  to?: string,
): RowConversion {
  return {
    ...(to !== undefined && { target: to }),
    fields: [],
    keys: () => 'with',
    converter: ({ cipher, other, bound, keys, seen, signal }) => {
      const renew = renewal(cipher, to === undefined ? cipher : other(to))
      return async (row) => {
        const record = row.encrypted()
        if (Object.keys(record.fields).length === 0) return row.seal({ fields: {} }, keys)
        seen.add('token')
        return row.seal(await renew(record, bound.contextOf(row), { signal }), keys)
      }
    },
    checkSeen(seen) {
      if (!seen.has('token')) throw new UsageError(recordsTexts(terminal).nothingEncrypted)
    },
  }
}

/** Of a row that was done already, only the second can decrypt. */
async function decryptEither(
  [cipher, second]: readonly Cipher[],
  record: EncryptedRecord,
  context: EncryptionContext,
  options: CallOptions,
): Promise<Record<string, string>> {
  try {
    return await (cipher as Cipher).decryptRecord(record, context, options)
  } catch (error) {
    if (!second || !CryptoError.is(error) || !MAY_BE_DONE.has(error.code)) throw error
    return await second.decryptRecord(record, context, options).catch(() => {
      throw error
    })
  }
}

export const MAY_BE_DONE: ReadonlySet<string> = new Set(['DECRYPTION_FAILED', 'SCHEME_NOT_ALLOWED'])
