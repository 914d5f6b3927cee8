import type { ChainReader, LogDamage, LogLine } from './chain-reader.js'
import { headPath, type LogHead, readHead } from './log-head.js'
import { CHAIN_START, type ChainState } from './log-link.js'
import { type LogAnchor, parseAnchor } from './log-retention.js'
import { type LogPlace, listSegments, type Segment, segmentReader, wasLetGo } from './log-segment.js'

export interface VerifyOptions {
  /** Heads that were noted earlier: the log must have come by each. That which it notes beside itself is always one. */
  readonly heads?: readonly LogHead[]
}

export interface LogReport {
  /** Lines that are sound, headers of segments included. */
  readonly lines: number
  /** The number of the first one: more than 0 if old lines were removed. */
  readonly first: number
  readonly head: LogHead
  /** Bytes at the very end that are not a whole line: a write under way, or one that was interrupted. */
  readonly unfinished: number
  /** All that shows tampering or loss, in the order of the log. */
  readonly damage: readonly LogDamage[]
}

/**
 * Checks every line of a log against the one before, from segment to segment, in constant memory. That the newest lines
 * were cut off shows against a head; that the oldest are gone by right, by an anchor that stands in the log.
 *
 * @throws CryptoError STORE_DAMAGED if what stands beside the log is no head of it, IO
 */
export async function verifyLog(place: LogPlace, { heads = [] }: VerifyOptions = {}): Promise<LogReport> {
  const beside = await readHead(headPath(place.folder, place.name), place.name)
  // What is let go while it is read makes the walk begin anew, with what is left.
  for (;;) {
    const report = await walkLog(place, beside ? [...heads, beside] : heads)
    if (report) return report
  }
}

async function walkLog(place: LogPlace, heads: readonly LogHead[]): Promise<LogReport | undefined> {
  const walk = new Walk(heads)
  const segments = await listSegments(place)
  for (const [index, segment] of segments.entries()) {
    const reader = segmentReader(segment, place)
    try {
      await reader.each((line) => walk.pass(line))
    } catch (error) {
      if (await wasLetGo(place, segment, error)) return undefined
      throw error
    }
    walk.add(segment, reader, index === segments.length - 1)
  }
  return walk.report(segments, place.folder)
}

/** What is known of a log as far as it was read. */
class Walk {
  readonly #damage: LogDamage[] = []
  readonly #open: Set<LogHead>
  #start: ChainState | undefined
  #state: ChainState | undefined
  #anchor: LogAnchor | undefined
  #lines = 0
  #unfinished = 0

  constructor(heads: readonly LogHead[]) {
    this.#open = new Set(heads)
  }

  pass({ number, hash, content }: LogLine): void {
    this.#anchor = parseAnchor(content) ?? this.#anchor
    for (const head of this.#open) {
      if (head.number === number && head.hash === hash.toString('base64url')) this.#open.delete(head)
    }
  }

  add(segment: Segment, content: ChainReader, isLast: boolean): void {
    const { lines, torn, start, state, damage } = content
    this.#damage.push(...seam(segment, this.#state, start), ...(damage ? [damage] : []))
    if (torn > 0 && !isLast && lines > 0) this.#damage.push(cut(segment, content))
    this.#start ??= start
    this.#lines += lines
    this.#unfinished = isLast ? torn : 0
    if (lines > 0 || !this.#state) this.#state = state
  }

  report(segments: readonly Segment[], folder: string): LogReport {
    const { hash, next } = this.#state ?? CHAIN_START
    const first = segments[0]?.first ?? 0
    const last = segments.at(-1)?.path ?? folder
    if (first > 0) this.#damage.unshift(...unanchored(segments[0] as Segment, this.#start, this.#anchor))
    for (const { number } of this.#open) {
      if (number >= first) this.#damage.push(at(last, `has not line ${number} as it was noted when that was the last`))
    }
    return {
      lines: this.#lines,
      first,
      head: { number: next - 1, hash: hash.toString('base64url') },
      unfinished: this.#unfinished,
      damage: this.#damage,
    }
  }
}

/** Two segments must meet. */
function seam(
  { path: file, first }: Segment,
  before: ChainState | undefined,
  start: ChainState | undefined,
): readonly LogDamage[] {
  if (!before) {
    const isStart = first > 0 || !start || start.hash.equals(CHAIN_START.hash)
    return isStart ? [] : [at(file, 'does not begin the log')]
  }
  if (before.next !== first) return [at(file, `begins with number ${first}, not ${before.next}: lines are missing`)]
  return !start || before.hash.equals(start.hash) ? [] : [at(file, 'does not follow the segment before')]
}

/** Lines before an anchor may be gone or not: whoever removes them can be interrupted. */
function unanchored(
  { path, first }: Segment,
  start: ChainState | undefined,
  anchor: LogAnchor | undefined,
): readonly LogDamage[] {
  const isAnchored = anchor && anchor.first >= first
  if (!isAnchored) return [at(path, `begins with number ${first}, and nothing says that the lines before were let go`)]
  const isSame = anchor.first > first || anchor.previous === start?.hash.toString('base64url')
  return isSame ? [] : [at(path, 'does not follow the line that its anchor names')]
}

function cut({ path: file }: Segment, { lines, end: offset }: ChainReader): LogDamage {
  return { file, line: lines + 1, offset, reason: 'is not whole, although the log goes on after it' }
}

function at(file: string, reason: string): LogDamage {
  return { file, line: 1, offset: 0, reason }
}
