import type { EncryptedRecord } from '@parasol/core'

/** A row of a file, as text of one character a byte. */
export interface Row {
  /** The text of a column that is bound; undefined if there is none. @throws RowError */
  bound(column: string): string | undefined
  /** The texts of these fields, without those that are empty or not there. @throws RowError */
  plaintexts(fields: readonly string[]): Record<string, string>
  /** What is encrypted here; only the key may be missing. @throws RowError */
  encrypted(): EncryptedRecord
  /** The row with these tokens, and with their key if rows have such. */
  seal(record: EncryptedRecord, keys: 'with' | 'without'): string
  /** The row with texts instead of tokens, and without a key. @throws RowError */
  open(texts: Readonly<Record<string, string>>): string
}

/** What can be wrong with a row. */
export type RowReason =
  | 'badQuote'
  | 'cellCount'
  | 'notUtf8'
  | 'notJson'
  | 'notObject'
  | 'keyTwice'
  | 'noContext'
  | 'alreadyEncrypted'
  | 'notText'
  | 'noKey'

export class RowError extends Error {
  readonly reason: RowReason
  readonly column: string | undefined

  constructor(reason: RowReason, column?: string) {
    super(reason)
    this.reason = reason
    this.column = column
  }
}

/** Reads the rows of a file one after the other, and says how they are written. */
export interface RowReader {
  /** By their names, where all rows have the same. */
  readonly columns?: ReadonlyMap<string, number>
  /** What comes before the rows. */
  head(keys: 'with' | 'without'): string
  /** How a row is written after so many others. The first differs from all later ones by what it begins with at most. */
  separate(row: string, index: number): string
  /** What comes after so many rows. */
  tail(rows: number): string
  /** What begins at an offset. Undefined if the text ends before that does, and more of it may come. */
  next(text: string, at: number, isLast: boolean): Next | undefined
  /** The same without looking into the row, for whoever hands it on. */
  skip(text: string, at: number, isLast: boolean): Skipped | undefined
  /** Whether what comes after the rows was read; without it, that may not be known. */
  readonly hasEnded?: boolean
  /** Goes on in the middle, as after a stop. */
  resume?(position: { readonly rows: number; readonly hasEnded: boolean }): void
  /** @throws UsageError if the end of the file is not the end of its rows */
  checkEnd?(): void
}

interface Span {
  readonly end: number
  /** How many lines it takes. */
  readonly lines: number
}

/** A row, what is wrong with it, or neither for what is blank. */
export interface Next extends Span {
  readonly row?: Row | RowError
}

export interface Skipped extends Span {
  readonly isBlank: boolean
}

export interface Opened {
  readonly reader: RowReader
  /** Where rows begin. */
  readonly end: number
  readonly lines: number
}

/** A kind of file. */
export interface RecordFormat {
  readonly name: string
  /** Reads what comes before the rows. Undefined if the text ends before that does. @throws UsageError */
  open(text: string, isLast: boolean): Opened | undefined
}
