import { CryptoError } from '@parasol/core'
import {
  type ChainState,
  hashLink,
  type LogAnchor,
  type LogDamage,
  type LogHead,
  type LogReport,
  parseAnchor,
  type VerifyOptions,
} from '@parasol/core/files'
import type { LogSource } from '../log-source.js'
import { type Connection, connect } from './postgres-connection.js'

const PAGE = 500

/** A log in PostgreSQL to read, while it is written to or not. Nothing in the database is changed. */
export function postgresSource(url: string, name: string): LogSource {
  return {
    async *contents() {
      const walk = new Walk(url, name)
      for await (const lines of walk.pages()) yield lines.map(({ content }) => content)
      const { damage } = walk
      if (damage) throw new CryptoError('STORE_DAMAGED', `"${damage.file}" line ${damage.line} ${damage.reason}`)
    },
    verify: (options) => verify(new Walk(url, name), options),
  }
}

interface Line {
  readonly number: number
  readonly hash: Buffer
  readonly content: Buffer
}

/** Reads the lines in their order, as far as each follows the one before. */
class Walk {
  readonly #url: string
  readonly #name: string
  first = 0
  start: ChainState | undefined
  state: ChainState | undefined
  end: ChainState | undefined
  damage: LogDamage | undefined

  constructor(url: string, name: string) {
    this.#url = url
    this.#name = name
  }

  get file(): string {
    return `parasol_log_line/${this.#name}`
  }

  async *pages(): AsyncGenerator<readonly Line[]> {
    const connection = await connect(this.#url, { mayRest: true })
    try {
      await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      await this.#begin(connection)
      for (let page = await this.#page(connection); page.length > 0; page = await this.#page(connection)) {
        const lines = page.flatMap((row) => this.#follow(row) ?? [])
        yield lines
        if (this.damage) return
      }
    } finally {
      await connection.close()
    }
  }

  async #begin(connection: Connection): Promise<void> {
    const { rows } = await connection.query<{ next: string; hash: string; first: string; previous: string }>(
      'SELECT next, hash, first, previous FROM parasol_log WHERE name = $1',
      [this.#name],
    )
    const [row] = rows
    if (!row) throw new CryptoError('STORE_DAMAGED', `There is no log "${this.#name}" in the database`)
    this.end = { hash: Buffer.from(row.hash, 'base64url'), next: Number(row.next) }
    this.start = { hash: Buffer.from(row.previous, 'base64url'), next: Number(row.first) }
    this.state = this.start
    this.first = Number(row.first)
  }

  async #page(connection: Connection): Promise<readonly Row[]> {
    const { rows } = await connection.query<Row>(
      'SELECT number, hash, content FROM parasol_log_line WHERE log = $1 AND number >= $2 ORDER BY number LIMIT $3',
      [this.#name, this.state?.next, PAGE],
    )
    return rows
  }

  #follow({ number, hash, content }: Row): Line | undefined {
    const before = this.state
    if (!before || this.damage) return undefined
    const found = hashLink.read(Buffer.from(`${hash} ${number} ${content}`), before)
    if (typeof found === 'string') {
      this.damage = { file: this.file, line: before.next, offset: 0, reason: found }
      return undefined
    }
    this.state = found.after
    return { number: before.next, hash: found.after.hash, content: found.content }
  }
}

interface Row {
  readonly number: string
  readonly hash: string
  readonly content: string
}

async function verify(walk: Walk, { heads = [] }: VerifyOptions = {}): Promise<LogReport> {
  const open = new Set(heads)
  let anchor: LogAnchor | undefined
  for await (const lines of walk.pages()) {
    for (const { number, hash, content } of lines) {
      anchor = parseAnchor(content) ?? anchor
      for (const head of open) if (isHead(head, number, hash)) open.delete(head)
    }
  }
  const { first, start, end, state, damage } = walk
  const { hash, next } = state ?? { hash: Buffer.alloc(32), next: 0 }
  const at = (line: number, reason: string): LogDamage => ({ file: walk.file, line, offset: 0, reason })
  const isAnchored = anchor?.first === first && anchor.previous === start?.hash.toString('base64url')
  const found = [
    ...(first > 0 && !isAnchored ? [at(first, 'is the first, and no anchor says that those before were let go')] : []),
    ...(damage ? [damage] : []),
    ...(!damage && end?.next !== next ? [at(next, 'and those after it are missing')] : []),
    ...[...open].filter(({ number }) => number >= first).map(({ number }) => at(number, 'is not as it was noted')),
  ]
  return { lines: next - first, first, head: headOf(hash, next), unfinished: 0, damage: found }
}

function headOf(hash: Buffer, next: number): LogHead {
  return { number: next - 1, hash: hash.toString('base64url') }
}

function isHead(head: LogHead, number: number, hash: Buffer): boolean {
  return head.number === number && head.hash === hash.toString('base64url')
}
