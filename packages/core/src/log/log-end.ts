import { CryptoError } from '../errors.js'
import { headPath, type LogHead, readHead } from './log-head.js'
import { CHAIN_START, type ChainState } from './log-link.js'
import { type LogPlace, listSegments, readHeader, refuseDamage, segmentReader } from './log-segment.js'

/** Where a log goes on: its state, and the segment that is not full. */
export interface LogEnd {
  readonly state: ChainState
  readonly last?: {
    readonly path: string
    readonly end: number
    /** When its first line was written, in milliseconds. */
    readonly began: number
  }
}

/**
 * Reads the last segment of a log. One of which not even the header is whole holds nothing, and the one before is the
 * last.
 *
 * @param headFiles where heads were noted, besides that in the folder
 * @throws CryptoError STORE_DAMAGED that names the line, or says that lines which the log had are not there; IO
 */
export async function findEnd(place: LogPlace, headFiles: readonly string[]): Promise<LogEnd> {
  const heads = await Promise.all(
    [headPath(place.folder, place.name), ...headFiles].map((path) => readHead(path, place.name)),
  )
  const open = new Set(heads.filter((head) => head !== undefined))
  for (const segment of (await listSegments(place)).toReversed()) {
    const reader = await segmentReader(segment, place).each(({ number, hash }) => {
      for (const head of open) if (isSame(head, number, hash)) open.delete(head)
    })
    refuseDamage(reader.damage)
    const { lines, state, end } = reader
    if (!state || lines === 0) continue
    requireHeads(open, segment.first, place)
    const { time } = await readHeader(segment, place)
    return { state, last: { path: segment.path, end, began: Date.parse(time) } }
  }
  requireHeads(open, 0, place)
  return { state: CHAIN_START }
}

function isSame(head: LogHead, number: number, hash: Buffer): boolean {
  return head.number === number && head.hash === hash.toString('base64url')
}

/** A head before the last segment is left to the verification of the whole log. */
function requireHeads(heads: Iterable<LogHead>, first: number, { folder, name }: LogPlace): void {
  for (const { number } of heads) {
    if (number < first) continue
    throw new CryptoError(
      'STORE_DAMAGED',
      `The log "${name}" in "${folder}" has not line ${number} as it was noted when that was the last: its end was cut off, or is of another log`,
    )
  }
}
