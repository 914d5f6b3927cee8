import { rm, stat } from 'node:fs/promises'
import { guardIo, syncDirectory } from '../atomic-file.js'
import { type LogPlace, listSegments, readHeader, type Segment } from './log-segment.js'

/** How much of a log is kept. A segment goes as a whole, the oldest first, and the newest never. */
export interface LogRetention {
  /** Segments go whose newest line is older than this, in milliseconds. */
  readonly maxAgeMs?: number
  /** Segments go until the rest has at most this many bytes. */
  readonly maxBytes?: number
}

/** A line of the log that says which lines before it may be gone, and what the first one after them follows. */
export interface LogAnchor {
  /** The number of the first line that stays. */
  readonly first: number
  /** The hash of the line before it, in base64url. */
  readonly previous: string
}

/** Segments that may go, and the anchor that must stand in the log before they do. */
export interface Removal {
  readonly anchor: LogAnchor
  readonly segments: readonly Segment[]
}

export interface RemovalMoment {
  readonly now: number
  /** Where the lines of the last segment end, if it is written to: zeros may follow. */
  readonly lastEnd: number | undefined
}

/** Which segments a retention lets go now; undefined if none. @throws CryptoError IO, STORE_DAMAGED */
export async function planRemoval(
  place: LogPlace,
  { maxAgeMs, maxBytes }: LogRetention,
  { now, lastEnd }: RemovalMoment,
): Promise<Removal | undefined> {
  const segments = await listSegments(place)
  let bytes = maxBytes === undefined ? 0 : await totalBytes(segments, lastEnd)
  let anchor: LogAnchor | undefined
  let gone = 0
  for (const [index, next] of segments.slice(1).entries()) {
    const { previous, time } = await readHeader(next, place)
    const isOld = maxAgeMs !== undefined && Date.parse(time) < now - maxAgeMs
    const isMuch = maxBytes !== undefined && bytes > maxBytes
    if (!isOld && !isMuch) break
    if (maxBytes !== undefined) bytes -= await sizeOf(segments[index] as Segment)
    anchor = { first: next.first, previous }
    gone = index + 1
  }
  return anchor && { anchor, segments: segments.slice(0, gone) }
}

/** Removes segments, the oldest first, so that what stays has no hole wherever it is interrupted. @throws CryptoError IO */
export async function removeSegments(folder: string, segments: readonly Segment[]): Promise<void> {
  for (const { path } of segments) {
    await guardIo(path, () => rm(path, { force: true }))
    await syncDirectory(folder)
  }
}

export function formatAnchor(anchor: LogAnchor): string {
  return JSON.stringify({ anchor, time: new Date().toISOString() })
}

/** What a line says as an anchor; most lines say nothing. */
export function parseAnchor(content: Buffer): LogAnchor | undefined {
  return content.subarray(0, BEGINNING.length).equals(BEGINNING) ? JSON.parse(content.toString()).anchor : undefined
}

const BEGINNING = Buffer.from('{"anchor":{')

async function totalBytes(segments: readonly Segment[], lastEnd: number | undefined): Promise<number> {
  let sum = lastEnd ?? 0
  for (const segment of lastEnd === undefined ? segments : segments.slice(0, -1)) sum += await sizeOf(segment)
  return sum
}

async function sizeOf({ path }: Segment): Promise<number> {
  return guardIo(path, () => stat(path), 'read').then(({ size }) => size)
}
