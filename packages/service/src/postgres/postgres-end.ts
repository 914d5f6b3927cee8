import { CryptoError } from '@parasol/core'
import type { ChainState, LogHead } from '@parasol/core/files'
import type { Connection } from './postgres-connection.js'

/** Where a log ends. @throws CryptoError IO, STORE_DAMAGED if it is gone */
export async function readEnd(connection: Connection, name: string, lock: '' | 'FOR UPDATE' = ''): Promise<ChainState> {
  const { rows } = await connection.query<{ next: string; hash: string }>(
    `SELECT next, hash FROM parasol_log WHERE name = $1 ${lock}`,
    [name],
  )
  if (!rows[0]) throw new CryptoError('STORE_DAMAGED', `The log "${name}" is gone from the database`)
  return { hash: Buffer.from(rows[0].hash, 'base64url'), next: Number(rows[0].next) }
}

/** A log goes on only if it has come by the head that was noted. @throws CryptoError STORE_DAMAGED, IO */
export async function requireHead(connection: Connection, name: string, { number, hash }: LogHead): Promise<void> {
  const { rows } = await connection.query<{ sound: boolean }>(
    `SELECT first > $2 OR EXISTS (SELECT FROM parasol_log_line WHERE log = $1 AND number = $2 AND hash = $3) AS sound
       FROM parasol_log WHERE name = $1`,
    [name, number, hash],
  )
  if (rows[0]?.sound) return
  throw new CryptoError(
    'STORE_DAMAGED',
    `The log "${name}" in PostgreSQL has not line ${number} as it was noted when that was the last: its end was cut off, or is of another log`,
  )
}
