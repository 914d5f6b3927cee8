import type { EncryptionContext } from '@parasol/core'
import type { AuditEntry, AuditLog } from './audit-log.js'
import type { BackupLog } from './backup-log.js'
import type { Call } from './call.js'
import { HttpFault } from './http-fault.js'
import type { KeptLog } from './kept-log.js'
import { type LogCommit, logCommits } from './log-commits.js'

/** A record that was answered. */
export interface Kept {
  readonly context: EncryptionContext
  /** As JSON. */
  readonly answer: string
}

export interface JournalOptions {
  readonly backup?: BackupLog | undefined
  readonly audit?: AuditLog | undefined
}

type Facts = Omit<AuditEntry, 'time' | 'outcome'>

/** What the service keeps of its work, before it answers. */
export class Journal {
  readonly #backup: BackupLog | undefined
  readonly #audit: AuditLog | undefined

  constructor({ backup, audit }: JournalOptions) {
    this.#backup = backup
    this.#audit = audit
  }

  /**
   * Resolves when it is durable who did what and what came of it, unless that is plaintext; undefined if nothing is
   * kept.
   *
   * @throws HttpFault LOG_UNAVAILABLE
   */
  keep(call: Call, facts: Facts, records: readonly Kept[]): Promise<void> | undefined {
    const writes: Promise<void>[] = []
    if (this.#backup && call.operation !== 'decrypt') {
      for (const { context, answer } of records) writes.push(this.#backup.append(call, context, answer))
    }
    if (this.#audit) writes.push(this.#audit.append({ ...facts, outcome: 'OK' }))
    return writes.length > 0 ? tell(writes.length, guard(writes)) : undefined
  }

  /** The same for what was refused to a caller who is known. */
  async keepRefusal(facts: Facts, outcome: string): Promise<void> {
    if (this.#audit && !passedOver.has(outcome)) await guard([this.#audit.append({ ...facts, outcome })])
  }

  countStranger(): void {
    this.#audit?.countStranger()
  }

  /** Whether the logs can be written, and what is free on the fullest of their disks; one that could not is tried again. */
  async check(): Promise<{ readonly state: string; readonly freeBytes?: number }> {
    const checks = await Promise.allSettled(this.logs.map(checkLog))
    const free = checks.flatMap((check) => (check.status === 'fulfilled' ? (check.value.freeBytes ?? []) : []))
    const state = checks.every(({ status }) => status === 'fulfilled') ? 'ok' : 'LOG_UNAVAILABLE'
    return free.length > 0 ? { state, freeBytes: Math.min(...free) } : { state }
  }

  get logs(): readonly KeptLog[] {
    return [this.#backup, this.#audit].flatMap((kept) => kept?.log ?? [])
  }
}

/** Trouble ends when a line was written. */
async function checkLog(log: KeptLog): Promise<{ readonly freeBytes?: number }> {
  if (log.trouble) await log.append(JSON.stringify({ probe: new Date() }))
  return log.check()
}

/** Refusals that cost nothing to provoke: to keep each would let a caller fill the disk. */
const passedOver: ReadonlySet<string> = new Set(['RATE_LIMITED', 'OVERLOADED'])

/** Waits for all, so that none fails unseen. */
async function guard(writes: readonly Promise<void>[]): Promise<void> {
  try {
    await (writes.length === 1 ? writes[0] : Promise.all(writes))
  } catch (cause) {
    await Promise.allSettled(writes)
    throw new HttpFault('LOG_UNAVAILABLE', { cause })
  }
}

/** Costs nothing as long as nobody listens. */
function tell(lines: number, durable: Promise<void>): Promise<void> {
  if (!logCommits.hasSubscribers) return durable
  const ended = durable.then(
    () => ({}),
    (error: unknown) => ({ error }),
  )
  logCommits.publish({ lines, ended } satisfies LogCommit)
  return durable
}
