import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CryptoError } from '@parasol/core'
import { guardIo } from '@parasol/core/files'
import { type ChainState, type LogDamage, type LogLine, readLine } from './log-line.js'

/** A file of a log. It is called after the number of its first line, so that names sort in the order of the lines. */
export interface Segment {
  readonly path: string
  readonly first: number
}

/** The first line of a segment. */
export interface SegmentHeader {
  readonly log: string
  readonly version: 1
  /** The hash of the last line of the segment before. */
  readonly previous: string
  readonly time: string
}

/** What a segment holds, as far as it is sound. */
export interface SegmentContent {
  readonly lines: number
  /** The state before its first line, as its header has it. */
  readonly start: ChainState
  readonly state: ChainState
  /** Where the sound lines end. */
  readonly end: number
  /** What follows them and may be a last write that never came to its end. */
  readonly torn: Buffer
  readonly damage?: LogDamage
}

export function segmentPath(folder: string, log: string, first: number): string {
  return join(folder, `${log}-${String(first).padStart(15, '0')}.log`)
}

/** The segments of a log, in their order. @throws CryptoError IO */
export async function listSegments(folder: string, log: string): Promise<readonly Segment[]> {
  const names = await guardIo(folder, () => readdir(folder))
  return names
    .filter((name) => name.startsWith(`${log}-`) && /^\d{15}\.log$/.test(name.slice(log.length + 1)))
    .sort()
    .map((name) => ({ path: join(folder, name), first: Number(name.slice(log.length + 1, -'.log'.length)) }))
}

/** Reads a segment and shows its lines, the header too, as long as each follows the one before. @throws CryptoError IO */
export async function readSegment(
  { path, first }: Segment,
  log: string,
  visit: (line: LogLine) => void = () => undefined,
): Promise<SegmentContent> {
  const file = await guardIo(path, () => readFile(path))
  const start = { hash: headerHash(file, log), next: first }
  let state: ChainState = start
  let end = 0
  let found = readLine(file, end, state)
  while (typeof found === 'object') {
    visit(found)
    state = { hash: found.hash, next: found.number + 1 }
    end = found.end
    found = readLine(file, end, state)
  }
  const content = { lines: state.next - first, start, state, end, torn: file.subarray(end) }
  if (found === undefined || isTorn(file, end)) return content
  return { ...content, damage: { file: path, line: content.lines + 1, offset: end, reason: found } }
}

/** A header that lies about the line before is found when the segments are put together. */
function headerHash(file: Buffer, log: string): Buffer {
  const line = file.toString('utf8', 0, Math.max(0, file.indexOf('\n')))
  try {
    const header = JSON.parse(line.slice(line.indexOf('{'))) as SegmentHeader
    if (header.log === log && header.version === 1) return Buffer.from(header.previous, 'base64url')
  } catch {}
  return Buffer.alloc(32)
}

/** Where the bytes of an interrupted write did not reach the disk there are zeros. */
function isTorn(file: Buffer, offset: number): boolean {
  const zero = file.indexOf(0, offset)
  return zero >= 0 && zero < file.indexOf('\n', offset)
}

/** @throws CryptoError STORE_DAMAGED */
export function refuseDamage(damage: LogDamage | undefined): void {
  if (!damage) return
  const where = `"${damage.file}" line ${damage.line} (byte ${damage.offset})`
  throw new CryptoError(
    'STORE_DAMAGED',
    `${where} ${damage.reason}: keep the folder for an investigation, and start with another`,
  )
}
