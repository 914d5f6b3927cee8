import { WRAPPED_KEY_FIELD } from '@parasol/core'
import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'
import type { RowConversion } from './conversion.js'
import { recordsTexts } from './records-texts.js'

/** Fields become tokens, and each row gets its wrapped key, if the scheme has such. */
export function encryptRows(
  terminal: Pick<Terminal, 'env'>,
  fields: readonly string[],
  bound: readonly string[],
): RowConversion {
  const texts = recordsTexts(terminal)
  const both = fields.find((field) => bound.some((name) => name.replace(/^[^=]+=/, '') === field))
  if (both !== undefined) throw new UsageError(texts.boundField(both))
  return {
    fields,
    keys: (schemeHasKeys) => (schemeHasKeys ? 'with' : 'without'),
    check(columns) {
      if (columns.has(WRAPPED_KEY_FIELD)) throw new UsageError(texts.hasKeyColumn)
    },
    converter:
      ({ cipher, bound, keys, seen, signal }) =>
      async (row) => {
        const plaintexts = row.plaintexts(fields)
        const names = Object.keys(plaintexts)
        if (names.length === 0) return row.seal({ fields: {} }, keys)
        if (seen.size < fields.length) for (const name of names) seen.add(name)
        return row.seal(await cipher.encryptRecord(plaintexts, bound.contextOf(row), { signal }), keys)
      },
    checkSeen(seen) {
      const missing = fields.find((field) => !seen.has(field))
      if (missing !== undefined) throw new UsageError(texts.neverSeen(missing))
    },
  }
}
