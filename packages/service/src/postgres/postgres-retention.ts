import { formatAnchor, hashLink } from '@parasol/core/files'
import { type Connection, transaction } from './postgres-connection.js'
import { readEnd } from './postgres-end.js'

/** How much of a log is kept. */
export interface PostgresRetention {
  /** Lines go that are older than this, in milliseconds. */
  readonly maxAgeMs?: number
  /** The oldest lines go until the rest has no more than this. */
  readonly maxBytes?: number
}

/** So many lines are measured by one statement, which has a time limit. */
const PAGE = 50_000

/**
 * Removes the lines that are too old or too many, but never the last one, and gives their number. An anchor in the log
 * says so, in the same transaction.
 *
 * @throws CryptoError IO
 */
export async function pruneLines(
  connection: Connection,
  name: string,
  { maxAgeMs, maxBytes }: PostgresRetention,
): Promise<number> {
  // Before anybody has to wait for the lock: what is written meanwhile goes the next time.
  const tooMany = maxBytes === undefined ? -1 : await lastTooMany(connection, name, maxBytes)
  return transaction(connection, async () => {
    const end = await readEnd(connection, name, 'FOR UPDATE')
    const tooOld = maxAgeMs === undefined ? -1 : await lastBefore(connection, name, Date.now() - maxAgeMs)
    const last = await lineAt(connection, name, Math.min(Math.max(tooOld, tooMany), end.next - 2))
    if (!last) return 0
    const anchor = { first: last.number + 1, previous: last.hash }
    const content = formatAnchor(anchor)
    const { after } = hashLink.format(content, end)
    const hash = after.hash.toString('base64url')
    const line = [name, end.next, hash, content]
    await connection.query('INSERT INTO parasol_log_line (log, number, hash, content) VALUES ($1, $2, $3, $4)', line)
    await connection.query('UPDATE parasol_log SET next = $2, hash = $3, first = $4, previous = $5 WHERE name = $1', [
      name,
      after.next,
      hash,
      anchor.first,
      anchor.previous,
    ])
    const removed = await connection.query('DELETE FROM parasol_log_line WHERE log = $1 AND number < $2', [
      name,
      anchor.first,
    ])
    return removed.count
  })
}

/** The newest line that was written before a time; -1 if there is none. */
async function lastBefore(connection: Connection, name: string, before: number): Promise<number> {
  const { rows } = await connection.query<{ number: string | null }>(
    'SELECT max(number) AS number FROM parasol_log_line WHERE log = $1 AND time < $2',
    [name, new Date(before)],
  )
  return Number(rows[0]?.number ?? -1)
}

/** Makes room for a while, or else each anchor would cost a line. */
async function lastTooMany(connection: Connection, name: string, maxBytes: number): Promise<number> {
  if ((await lastAbove(connection, name, maxBytes)) < 0) return -1
  return lastAbove(connection, name, maxBytes * KEPT)
}

const KEPT = 0.9

/** The newest line that has no room any more, since it and those after it have too many bytes; -1 if there is none. */
async function lastAbove(connection: Connection, name: string, maxBytes: number): Promise<number> {
  let before = Number.MAX_SAFE_INTEGER
  let room = maxBytes
  for (;;) {
    const { first, bytes, last } = await measure(connection, name, before, room)
    if (last !== null) return Number(last)
    if (first === null) return -1
    before = Number(first)
    room -= Number(bytes)
  }
}

/** Measures the page of lines before one, the newest first. */
async function measure(connection: Connection, name: string, before: number, room: number): Promise<Measure> {
  const { rows } = await connection.query<Measure>(
    `SELECT min(number) AS first, max(bytes) AS bytes, max(number) FILTER (WHERE bytes > $3) AS last FROM
       (SELECT number, sum(octet_length(content) + octet_length(hash)) OVER (ORDER BY number DESC) AS bytes FROM
         (SELECT number, content, hash FROM parasol_log_line WHERE log = $1 AND number < $2
          ORDER BY number DESC LIMIT ${PAGE}) AS page) AS measured`,
    [name, before, room],
  )
  return rows[0] as Measure
}

interface Measure {
  readonly first: string | null
  readonly bytes: string | null
  readonly last: string | null
}

async function lineAt(
  connection: Connection,
  name: string,
  most: number,
): Promise<{ number: number; hash: string } | undefined> {
  const { rows } = await connection.query<{ number: string; hash: string }>(
    'SELECT number, hash FROM parasol_log_line WHERE log = $1 AND number <= $2 ORDER BY number DESC LIMIT 1',
    [name, most],
  )
  return rows[0] && { number: Number(rows[0].number), hash: rows[0].hash }
}
