import type { CryptoError } from '@parasol/core'
import type { LogHead } from '@parasol/core/files'

/** A log that is written to, wherever it is kept: `ChainedLog` in files, `PostgresLog` in a database. */
export interface KeptLog extends AsyncDisposable {
  readonly name: string
  /** The last line, as far as is known here. */
  readonly head: LogHead
  /** The head when it was last noted elsewhere. */
  readonly noted: LogHead | undefined
  /** Why the last write failed, until one succeeds. */
  readonly trouble: CryptoError | undefined
  /** How many lines wait to be written. */
  readonly lag: number
  /** Resolves when the JSON object, given as text without line feeds, is durable. @throws CryptoError IO, CLOSED */
  append(content: string): Promise<void>
  /** Looks whether lines could be written now, and how many bytes are free if that is known. @throws CryptoError IO */
  check(): Promise<{ readonly freeBytes?: number }>
}
