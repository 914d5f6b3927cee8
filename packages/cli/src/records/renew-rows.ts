import { type Cipher, CryptoError, type EncryptedRecord, type EncryptionContext } from '@parasol/core'
import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'
import type { RowConversion } from './convert-file.js'
import { recordsTexts } from './records-texts.js'
import { RowError } from './row.js'

type Renewal = (record: EncryptedRecord, context: EncryptionContext) => Promise<EncryptedRecord>

/** The wrapped key of each row is wrapped again, under the newest version of its KMS key; tokens stay as they are. */
export function rewrapRows(terminal: Terminal): RowConversion {
  return renewing(terminal, 'rewrap', (cipher) => async ({ fields, key }, context) => {
    if (key === undefined) throw new RowError('noKey')
    return { fields, key: await cipher.rewrap(key, context) }
  })
}

/**
 * Each row is decrypted and encrypted again by another use case, or by the same one as it is configured now. A row that
 * a former run has done already is done once more.
 */
export function reencryptRows(terminal: Terminal, to: string, isSame: boolean): RowConversion {
  const renewal =
    (cipher: Cipher, target: Cipher): Renewal =>
    async (record, context) => {
      const texts = await decryptEither(cipher, isSame ? undefined : target, record, context)
      return target.encryptRecord(texts, context)
    }
  return {
    ...renewing(terminal, 'reencrypt', renewal, to),
    keys: (targetHasKeys) => (targetHasKeys ? 'with' : 'without'),
  }
}

function renewing(
  terminal: Terminal,
  command: string,
  renewal: (cipher: Cipher, target: Cipher) => Renewal,
  to?: string,
): RowConversion {
  return {
    job: { command, to },
    ...(to !== undefined && { target: to }),
    fields: [],
    keys: () => 'with',
    converter: ({ cipher, other, bound, keys, seen }) => {
      const renew = renewal(cipher, to === undefined ? cipher : other(to))
      return async (row) => {
        const record = row.encrypted()
        if (Object.keys(record.fields).length === 0) return row.seal({ fields: {} }, keys)
        seen.add('token')
        return row.seal(await renew(record, bound.contextOf(row)), keys)
      }
    },
    checkSeen(seen) {
      if (!seen.has('token')) throw new UsageError(recordsTexts(terminal).nothingEncrypted)
    },
  }
}

/** Of a row that was done already, only the second can decrypt. */
async function decryptEither(
  cipher: Cipher,
  second: Cipher | undefined,
  record: EncryptedRecord,
  context: EncryptionContext,
): Promise<Record<string, string>> {
  try {
    return await cipher.decryptRecord(record, context)
  } catch (error) {
    if (!second || !CryptoError.is(error) || !MAY_BE_DONE.has(error.code)) throw error
    return await second.decryptRecord(record, context).catch(() => {
      throw error
    })
  }
}

export const MAY_BE_DONE: ReadonlySet<string> = new Set(['DECRYPTION_FAILED', 'SCHEME_NOT_ALLOWED'])
