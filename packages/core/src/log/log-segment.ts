import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { guardIo } from '../atomic-file.js'
import { CryptoError } from '../errors.js'
import { ChainReader, type LogDamage } from './chain-reader.js'
import { hashLink } from './hash-link.js'
import type { ChainState, LogLink } from './log-link.js'

/** Which log of a folder is meant, and how its lines are linked. */
export interface LogPlace {
  /** The log's own folder. */
  readonly folder: string
  /** What its files are called after: lower-case letters. */
  readonly name: string
  /** SHA-256 by default. */
  readonly link?: LogLink
}

/** A file of a log. It is called after the number of its first line, so that names sort in the order of the lines. */
export interface Segment {
  readonly path: string
  readonly first: number
}

/** The first line of a segment. */
export interface SegmentHeader {
  readonly log: string
  readonly version: 1
  /** The hash of the last line of the segment before, in base64url. */
  readonly previous: string
  readonly time: string
}

export function segmentPath({ folder, name }: LogPlace, first: number): string {
  return join(folder, `${name}-${String(first).padStart(15, '0')}.log`)
}

/** The segments of a log, in their order. @throws CryptoError IO */
export async function listSegments({ folder, name: log }: LogPlace): Promise<readonly Segment[]> {
  const names = await guardIo(folder, () => readdir(folder), 'read')
  return names
    .filter((name) => name.startsWith(`${log}-`) && /^\d{15}\.log$/.test(name.slice(log.length + 1)))
    .sort()
    .map((name) => ({ path: join(folder, name), first: Number(name.slice(log.length + 1, -'.log'.length)) }))
}

/** Whether a segment that cannot be read was let go since it was listed: those after it are there. */
export async function wasLetGo(place: LogPlace, { first }: Segment, error: unknown): Promise<boolean> {
  if (!CryptoError.is(error) || error.reason !== 'ENOENT') return false
  const [oldest] = await listSegments(place)
  return oldest !== undefined && oldest.first > first
}

export function formatHeader(log: string, { hash }: ChainState): string {
  const header: SegmentHeader = {
    log,
    version: 1,
    previous: hash.toString('base64url'),
    time: new Date().toISOString(),
  }
  return JSON.stringify(header)
}

/** A reader whose first line is the header; one that lies about the line before is found when segments are put together. */
export function segmentReader({ path, first }: Segment, { name, link = hashLink }: LogPlace): ChainReader {
  return new ChainReader({
    path,
    link,
    start: (line) => ({ hash: headerHash(line, name), next: first }),
    reserved: true,
  })
}

/** What the first line of a segment says, not verified. @throws CryptoError STORE_DAMAGED, IO */
export async function readHeader({ path }: Segment, { name }: LogPlace): Promise<SegmentHeader> {
  const handle = await guardIo(path, () => open(path, 'r'), 'read')
  try {
    const { buffer, bytesRead } = await guardIo(
      path,
      () => handle.read(Buffer.alloc(MAX_HEADER), 0, MAX_HEADER, 0),
      'read',
    )
    const line = buffer.subarray(0, Math.max(0, buffer.subarray(0, bytesRead).indexOf('\n')))
    const header = parseHeader(line, name)
    if (header) return header
    throw new CryptoError('STORE_DAMAGED', `"${path}" line 1 (byte 0) is not the header of a log`)
  } finally {
    await handle.close()
  }
}

const MAX_HEADER = 1_024

function headerHash(line: Buffer, log: string): Buffer {
  const header = parseHeader(line, log)
  return header ? Buffer.from(header.previous, 'base64url') : Buffer.alloc(32)
}

function parseHeader(line: Buffer, log: string): SegmentHeader | undefined {
  try {
    const header = JSON.parse(line.toString('utf8', line.indexOf('{'))) as SegmentHeader
    return header.log === log && header.version === 1 && typeof header.previous === 'string' ? header : undefined
  } catch {
    return undefined
  }
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
