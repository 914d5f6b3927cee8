import { CryptoError } from '@parasol/core'

/** A connection that is used by one at a time. Whatever fails on it, it is closed and another is made. */
export interface Connection {
  /** Whether nothing was heard of its end. */
  readonly isOpen: boolean
  query<Row>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly Row[]; readonly count: number }>
  close(): Promise<void>
}

/** A lost answer holds up others who wait for the same lock, so that nothing is waited for without end. */
const CONNECT_MS = 3_000
const LOCK_MS = 5_000
const STATEMENT_MS = 8_000

export interface ConnectOptions {
  /** Whether it may rest between two queries: it holds no lock, and is read as slowly as somebody looks. */
  readonly mayRest?: boolean
}

/** The database is reached by a URL: it is not repeated in any error, for it holds a password. @throws CryptoError IO */
export async function connect(url: string, { mayRest = false }: ConnectOptions = {}): Promise<Connection> {
  const { default: pg } = await import('pg')
  const client = guardSync(
    () =>
      new pg.Client({
        connectionString: url,
        application_name: 'parasol',
        connectionTimeoutMillis: CONNECT_MS,
        statement_timeout: STATEMENT_MS,
        query_timeout: STATEMENT_MS + 1_000,
        lock_timeout: LOCK_MS,
        idle_in_transaction_session_timeout: mayRest ? 0 : LOCK_MS,
        keepAlive: true,
      }),
  )
  let isOpen = true
  for (const event of ['error', 'end'] as const) {
    client.on(event, () => {
      isOpen = false
    })
  }
  const connection: Connection = {
    get isOpen() {
      return isOpen
    },
    query: async (text, values) => {
      const { rows, rowCount } = await client.query(text, values ? [...values] : undefined).catch(refuse)
      return { rows, count: rowCount ?? 0 }
    },
    close: () => client.end().catch(() => undefined),
  }
  try {
    await client.connect().catch(refuse)
    await connection.query(DURABLE)
    return connection
  } catch (error) {
    void connection.close()
    throw error
  }
}

/** A server may be set up to acknowledge what is not on disk yet. */
const DURABLE = `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`

/** All or nothing of some queries. */
export async function transaction<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  await connection.query('BEGIN')
  try {
    const result = await work()
    await connection.query('COMMIT')
    return result
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

function guardSync<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    return refuse(cause)
  }
}

/** The client's own errors may repeat rows. */
function refuse(cause: unknown): never {
  const { code } = Object(cause) as { code?: unknown }
  const reason = typeof code === 'string' && /^\w{1,32}$/.test(code) ? code : 'no connection'
  throw new CryptoError('IO', `Cannot use the log in PostgreSQL (${reason})`, { reason })
}
