import type { EncryptionContext } from '@parasol/core'
import { contextOf } from '../options.js'
import type { Terminal } from '../terminal.js'
import type { RecordOptions } from './record-options.js'
import { type Row, RowError } from './row.js'

/** How the context of a row comes about. */
export interface BoundColumns {
  /** Their names in the file. */
  readonly columns: readonly string[]
  /** @throws RowError for a row whose column is empty */
  contextOf(row: Row): EncryptionContext
}

export type BoundOptions = Pick<RecordOptions, 'context' | 'withoutContext' | 'contextColumns'>

/** Facts of the command line, and columns: `id`, or `customerId=id` if the fact has another name than the column. */
export function boundColumns(terminal: Pick<Terminal, 'env'>, options: BoundOptions): BoundColumns {
  const pairs = (options.contextColumns ?? []).map((text) => {
    const [, key, column] = /^([^=]+)=(.+)$/.exec(text) ?? [text, text, text]
    return [key as string, column as string] as const
  })
  const fixed = pairs.length > 0 && !options.withoutContext ? (options.context ?? {}) : contextOf(terminal, options)
  return {
    columns: pairs.map(([, column]) => column),
    contextOf(row) {
      const context: Record<string, string> = { ...fixed }
      for (const [key, column] of pairs) {
        const value = row.bound(column)
        if (value === undefined) throw new RowError('noContext', column)
        context[key] = value
      }
      return context
    },
  }
}
