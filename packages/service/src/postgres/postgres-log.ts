import { CryptoError } from '@parasol/core'
import {
  CHAIN_START,
  type ChainState,
  GroupCommit,
  HeadNotes,
  hashLink,
  type LogHead,
  LogTrouble,
  makeHeadFolder,
  readHead,
} from '@parasol/core/files'
import type { KeptLog } from '../kept-log.js'
import { type Connection, connect, transaction } from './postgres-connection.js'
import { readEnd, requireHead } from './postgres-end.js'
import { type PostgresRetention, pruneLines } from './postgres-retention.js'
import { prepareSchema } from './postgres-schema.js'

export interface PostgresLogOptions extends PostgresRetention {
  /** `postgresql://user:password@host/database`; a secret. */
  readonly url: string
  readonly name: string
  /** A file in which the head is noted, which who can change the database cannot. */
  readonly headFile?: string
  /** Told when the log cannot be written, once until it can again. */
  readonly onTrouble?: (error: CryptoError) => void
}

/** One statement carries at most so many lines, or about so many characters. */
const MOST_LINES = 1_000
const MOST_CHARACTERS = 4_000_000
const PRUNE_MS = 600_000

/**
 * A log in PostgreSQL, which several instances of the service write to. It is one chain: they take turns, each turn being
 * a transaction with all lines that came meanwhile, so that there is one order, one head to note, and no chain of an
 * instance that is gone whose end could be cut off unseen. An instance that dies in its turn loses it.
 */
export class PostgresLog implements KeptLog {
  readonly #options: PostgresLogOptions
  readonly #heads: HeadNotes
  readonly #trouble: LogTrouble
  readonly #commit = new GroupCommit<string>((contents) => this.#write(contents), MOST_LINES)
  readonly #timer: NodeJS.Timeout
  #connection: Connection | undefined
  #state: ChainState = CHAIN_START
  /** Whether nobody else wrote between our last two turns. */
  #isAlone = false
  #closed = false

  private constructor(options: PostgresLogOptions) {
    const { name, headFile } = options
    this.#options = options
    this.#trouble = new LogTrouble(options.onTrouble)
    this.#heads = new HeadNotes(
      name,
      headFile ? [headFile] : [],
      () => this.head,
      (cause) => this.#trouble.tell(cause),
    )
    this.#timer = setInterval(() => void this.prune().catch(() => undefined), PRUNE_MS).unref()
  }

  /** Connects, makes the tables if there are none, and goes on where the log ends. @throws CryptoError STORE_DAMAGED, IO */
  static async open(options: PostgresLogOptions): Promise<PostgresLog> {
    const { name, headFile } = options
    if (headFile) await makeHeadFolder(headFile)
    const head = headFile && (await readHead(headFile, name))
    const log = new PostgresLog(options)
    try {
      const connection = await log.#connect()
      await prepareSchema(connection, name)
      log.#state = await readEnd(connection, name)
      if (head) await requireHead(connection, name, head)
      return log
    } catch (error) {
      await log[Symbol.asyncDispose]()
      throw error
    }
  }

  get name(): string {
    return this.#options.name
  }

  get head(): LogHead {
    const { hash, next } = this.#state
    return { number: next - 1, hash: hash.toString('base64url') }
  }

  get noted(): LogHead | undefined {
    return this.#options.headFile ? this.#heads.noted : undefined
  }

  get trouble(): CryptoError | undefined {
    return this.#trouble.current
  }

  get lag(): number {
    return this.#commit.waiting
  }

  append(content: string): Promise<void> {
    if (this.#closed) return Promise.reject(new CryptoError('CLOSED', 'The log was closed'))
    return this.#commit.add(content)
  }

  async check(): Promise<object> {
    if (this.#trouble.current) throw this.#trouble.current
    const connection = await connect(this.#options.url)
    await readEnd(connection, this.name).finally(() => connection.close())
    return {}
  }

  /** Removes the lines that are too old or too many, and gives their number. The log says so itself in a line. @throws CryptoError IO */
  async prune(): Promise<number> {
    const { maxAgeMs, maxBytes, name, url } = this.#options
    if ((maxAgeMs ?? maxBytes) === undefined || !(await this.#heads.write())) return 0
    const connection = await connect(url)
    try {
      return await pruneLines(connection, name, this.#options)
    } finally {
      await connection.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#closed = true
    await this.#commit.idle()
    await this.#heads[Symbol.asyncDispose]()
    await this.#connection?.close()
    this.#connection = undefined
  }

  async #write(contents: readonly string[]): Promise<void> {
    try {
      const connection = await this.#connect()
      const batches = split(contents)
      const [only] = batches
      const written = batches.length === 1 && only && this.#isAlone && (await this.#writeAlone(connection, only))
      if (!written) await this.#writeInTurn(connection, batches)
      this.#trouble.ended()
    } catch (cause) {
      await this.#fail(cause)
      throw cause
    }
    this.#heads.grown()
  }

  /** In one statement, which does nothing if somebody else has written since. */
  async #writeAlone(connection: Connection, contents: readonly string[]): Promise<boolean> {
    const { values, after } = linesOf(contents, this.#state)
    const known = this.#state.hash.toString('base64url')
    const given = [this.name, ...values, after.next, after.hash.toString('base64url'), known]
    const { count } = await connection.query(INSERT_ALONE, given)
    this.#isAlone = count > 0
    if (this.#isAlone) this.#state = after
    return this.#isAlone
  }

  async #writeInTurn(connection: Connection, batches: readonly (readonly string[])[]): Promise<void> {
    const former = this.#state
    this.#state = await transaction(connection, async () => {
      let state = await readEnd(connection, this.name, 'FOR UPDATE')
      this.#isAlone = state.hash.equals(former.hash)
      for (const contents of batches) {
        const { values, after } = linesOf(contents, state)
        await connection.query(INSERT, [this.name, ...values])
        state = after
      }
      await connection.query(MOVE, [this.name, state.next, state.hash.toString('base64url')])
      return state
    })
  }

  async #connect(): Promise<Connection> {
    if (this.#connection?.isOpen) return this.#connection
    this.#isAlone = false
    this.#connection = await connect(this.#options.url)
    return this.#connection
  }

  /** What became of the last statement is not known, so that nothing that was known before counts. */
  async #fail(cause: unknown): Promise<void> {
    const connection = this.#connection
    this.#connection = undefined
    this.#isAlone = false
    void connection?.close()
    this.#trouble.began(cause)
  }
}

const LINES = 'unnest($2::bigint[], $3::text[], $4::text[])'
const INSERT = `INSERT INTO parasol_log_line (log, number, hash, content) SELECT $1, * FROM ${LINES}`
const MOVE = 'UPDATE parasol_log SET next = $2, hash = $3 WHERE name = $1'
const INSERT_ALONE = `
  WITH moved AS (UPDATE parasol_log SET next = $5, hash = $6 WHERE name = $1 AND hash = $7 RETURNING name)
  INSERT INTO parasol_log_line (log, number, hash, content)
  SELECT moved.name, line.* FROM moved, ${LINES} AS line`

/** The columns of some lines: their numbers, their hashes, their contents. */
function linesOf(contents: readonly string[], before: ChainState) {
  const numbers: number[] = []
  const hashes: string[] = []
  let after = before
  for (const content of contents) {
    numbers.push(after.next)
    after = hashLink.format(content, after).after
    hashes.push(after.hash.toString('base64url'))
  }
  return { values: [numbers, hashes, contents] as const, after }
}

function split(contents: readonly string[]): readonly (readonly string[])[] {
  const batches: string[][] = [[]]
  let characters = 0
  for (const content of contents) {
    if (characters > MOST_CHARACTERS) {
      batches.push([])
      characters = 0
    }
    characters += content.length
    batches.at(-1)?.push(content)
  }
  return batches
}
