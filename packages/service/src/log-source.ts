import {
  type LogPlace,
  type LogReport,
  listSegments,
  refuseDamage,
  segmentReader,
  type VerifyOptions,
  verifyLog,
  wasLetGo,
} from '@parasol/core/files'

/** A log to read, wherever it is kept. */
export interface LogSource {
  /**
   * The JSON objects of its lines, the oldest first and some at a time, as far as their chain vouches for them.
   *
   * @throws CryptoError STORE_DAMAGED after all that stands before the damage, IO
   */
  contents(): AsyncGenerator<readonly Buffer[]>
  /** Checks every line against the one before. @throws CryptoError STORE_DAMAGED if a head that was noted is none, IO */
  verify(options?: VerifyOptions): Promise<LogReport>
}

/** A log in files, written to at the same time or not. */
export function logFiles(place: LogPlace): LogSource {
  return { contents: () => readFiles(place), verify: (options) => verifyLog(place, options) }
}

async function* readFiles(place: LogPlace): AsyncGenerator<readonly Buffer[]> {
  for (const segment of await listSegments(place)) {
    const reader = segmentReader(segment, place)
    try {
      for await (const lines of reader.batches()) yield lines.map(({ content }) => content)
    } catch (error) {
      if (!(await wasLetGo(place, segment, error))) throw error
    }
    refuseDamage(reader.damage)
  }
}
