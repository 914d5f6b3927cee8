import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'
import type { RowConversion } from './conversion.js'
import { recordsTexts } from './records-texts.js'

/** Tokens become text. Which they are, and whether they have a key, the rows say. */
export function decryptRows(terminal: Pick<Terminal, 'env'>): RowConversion {
  return {
    fields: [],
    keys: () => 'without',
    converter:
      ({ cipher, bound, seen, signal }) =>
      async (row) => {
        const record = row.encrypted()
        if (Object.keys(record.fields).length === 0) return row.open({})
        seen.add('token')
        return row.open(await cipher.decryptRecord(record, bound.contextOf(row), { signal }))
      },
    checkSeen(seen) {
      if (!seen.has('token')) throw new UsageError(recordsTexts(terminal).nothingEncrypted)
    },
  }
}
