import type { ChainReader, LogDamage, LogLine } from './chain-reader.js'
import { CHAIN_START, type ChainState } from './log-link.js'
import { type LogPlace, listSegments, type Segment, segmentReader } from './log-segment.js'

/** The last line of a log at some time. */
export interface LogHead {
  readonly number: number
  readonly hash: string
}

export interface VerifyOptions {
  /** A head that was noted earlier: the log must have come by it. */
  readonly head?: LogHead
}

export interface LogReport {
  /** Lines that are sound, headers of segments included. */
  readonly lines: number
  /** The number of the first one: more than 0 if old segments were removed. */
  readonly first: number
  readonly head: LogHead
  /** Bytes at the very end that are not a whole line: a write under way, or one that was interrupted. */
  readonly unfinished: number
  /** All that shows tampering or loss, in the order of the log. */
  readonly damage: readonly LogDamage[]
}

/**
 * Checks every line of a log against the one before, from segment to segment, in constant memory. That the newest lines
 * were cut off shows only against a head that was kept elsewhere.
 */
export async function verifyLog(place: LogPlace, { head }: VerifyOptions = {}): Promise<LogReport> {
  const segments = await listSegments(place)
  const damage: LogDamage[] = []
  let state: ChainState | undefined
  let lines = 0
  let unfinished = 0
  let passed = head === undefined
  for (const [index, segment] of segments.entries()) {
    const content = await segmentReader(segment, place).each((line) => {
      passed ||= isHead(line, head)
    })
    const isLast = index === segments.length - 1
    damage.push(...seam(segment, state, content.start), ...(content.damage ? [content.damage] : []))
    if (content.torn > 0 && !isLast && content.lines > 0) damage.push(cut(segment, content))
    lines += content.lines
    unfinished = isLast ? content.torn : 0
    if (content.lines > 0 || !state) state = content.state
  }
  const { hash, next } = state ?? CHAIN_START
  if (!passed) damage.push(withoutHead(segments.at(-1)?.path ?? place.folder))
  return {
    lines,
    first: segments[0]?.first ?? 0,
    head: { number: next - 1, hash: hash.toString('base64url') },
    unfinished,
    damage,
  }
}

/** Two segments must meet. The first one that is there may go on from any that was removed. */
function seam(
  { path: file, first }: Segment,
  before: ChainState | undefined,
  start: ChainState | undefined,
): readonly LogDamage[] {
  const at = { file, line: 1, offset: 0 }
  if (!before) {
    const isStart = first > 0 || !start || start.hash.equals(CHAIN_START.hash)
    return isStart ? [] : [{ ...at, reason: 'does not begin the log' }]
  }
  if (before.next !== first)
    return [{ ...at, reason: `begins with number ${first}, not ${before.next}: lines are missing` }]
  return !start || before.hash.equals(start.hash) ? [] : [{ ...at, reason: 'does not follow the segment before' }]
}

function cut({ path: file }: Segment, { lines, end: offset }: ChainReader): LogDamage {
  return { file, line: lines + 1, offset, reason: 'is not whole, although the log goes on after it' }
}

function withoutHead(file: string): LogDamage {
  return { file, line: 0, offset: 0, reason: 'has not the head that was noted' }
}

function isHead({ number, hash }: LogLine, head: LogHead | undefined): boolean {
  return number === head?.number && hash.toString('base64url') === head.hash
}
