import { type Connection, transaction } from './postgres-connection.js'

/** Every step that there ever was, in order; the database knows how many of them it has. A step is never changed. */
const STEPS: readonly string[] = [
  `CREATE TABLE parasol_log (
     name text PRIMARY KEY,
     next bigint NOT NULL DEFAULT 0,
     hash text NOT NULL DEFAULT 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
     first bigint NOT NULL DEFAULT 0,
     previous text NOT NULL DEFAULT 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
   );
   CREATE TABLE parasol_log_line (
     log text NOT NULL REFERENCES parasol_log (name),
     number bigint NOT NULL,
     hash text NOT NULL,
     content text NOT NULL,
     time timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (log, number)
   );
   CREATE INDEX parasol_log_line_time ON parasol_log_line (log, time)`,
]

/** Any number, as long as nobody else takes it for something else. */
const MIGRATION_LOCK = 7_318_349_394_477_056

/**
 * Brings the tables up to date, whichever instance comes first, and makes sure that there is a log of this name. Where
 * they are up to date nothing but rows is touched, so that the role that serves needs no right to make tables.
 *
 * @throws CryptoError IO
 */
export async function prepareSchema(connection: Connection, name: string): Promise<void> {
  if ((await versionOf(connection)) < STEPS.length) await migrate(connection)
  await connection.query('INSERT INTO parasol_log (name) VALUES ($1) ON CONFLICT DO NOTHING', [name])
}

async function migrate(connection: Connection): Promise<void> {
  await transaction(connection, async () => {
    await connection.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
    await connection.query('CREATE TABLE IF NOT EXISTS parasol_schema (version integer NOT NULL)')
    const version = await versionOf(connection)
    for (const step of STEPS.slice(version)) await connection.query(step)
    await connection.query('DELETE FROM parasol_schema')
    await connection.query('INSERT INTO parasol_schema VALUES ($1)', [Math.max(version, STEPS.length)])
  })
}

async function versionOf(connection: Connection): Promise<number> {
  const { rows } = await connection.query<{ there: boolean }>(
    `SELECT to_regclass('parasol_schema') IS NOT NULL AS there`,
  )
  if (!rows[0]?.there) return 0
  const found = await connection.query<{ version: number }>('SELECT max(version) AS version FROM parasol_schema')
  return found.rows[0]?.version ?? 0
}
