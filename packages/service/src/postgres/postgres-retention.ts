import { formatAnchor, hashLink } from '@parasol/core/files'
import { type Connection, transaction } from './postgres-connection.js'
import { readEnd } from './postgres-end.js'

/**
 * Removes the lines that were written before a time, but never the last one, and gives their number. An anchor in the log
 * says so, in the same transaction.
 *
 * @throws CryptoError IO
 */
export function pruneLines(connection: Connection, name: string, before: number): Promise<number> {
  return transaction(connection, async () => {
    const end = await readEnd(connection, name, 'FOR UPDATE')
    const last = await lastBefore(connection, name, before, end.next - 1)
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

async function lastBefore(
  connection: Connection,
  name: string,
  before: number,
  kept: number,
): Promise<{ number: number; hash: string } | undefined> {
  const { rows } = await connection.query<{ number: string; hash: string }>(
    `SELECT number, hash FROM parasol_log_line WHERE log = $1 AND number =
       (SELECT max(number) FROM parasol_log_line WHERE log = $1 AND time < $2 AND number < $3)`,
    [name, new Date(before), kept],
  )
  return rows[0] && { number: Number(rows[0].number), hash: rows[0].hash }
}
