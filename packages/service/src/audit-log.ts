import { ChainedLog, type ChainedLogOptions } from '@parasol/core/files'
import type { KeptLog } from './kept-log.js'
import { timeNow } from './time-now.js'

/** Who did what, and how it went. */
export interface AuditEntry {
  readonly time: string
  readonly requestId: string
  /** Empty for those who did not say who they are. */
  readonly caller: string
  readonly operation: string
  readonly useCase: string
  /** How many fields. */
  readonly count: number
  /** Of lines that were answered together, how many failed; only if any did. */
  readonly failed?: number
  /** `OK`, or the code of the refusal. */
  readonly outcome: string
}

/** Keeps who did what: a log of its own, so that it can be given to those who may not see the backups. */
export class AuditLog implements AsyncDisposable {
  readonly log: KeptLog
  #strangers = 0
  #timer: NodeJS.Timeout | undefined

  constructor(log: KeptLog) {
    this.log = log
  }

  /** In files. */
  static async open(options: Omit<ChainedLogOptions, 'name'>): Promise<AuditLog> {
    return new AuditLog(await ChainedLog.open({ ...options, name: 'audit' }))
  }

  /** Resolves when the entry is on disk. @throws CryptoError IO */
  append(entry: Omit<AuditEntry, 'time'>): Promise<void> {
    return this.log.append(JSON.stringify({ time: timeNow(), ...entry }))
  }

  /** Counts somebody without a key. One entry a second says how many there were: they cannot fill the disk. */
  countStranger(): void {
    this.#strangers += 1
    this.#timer ??= setTimeout(() => void this.#writeStrangers(), 1_000).unref()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#strangers > 0) await this.#writeStrangers()
    await this.log[Symbol.asyncDispose]()
  }

  async #writeStrangers(): Promise<void> {
    const count = this.#strangers
    this.#strangers = 0
    this.#timer = undefined
    const entry = { requestId: '', caller: '', operation: '', useCase: '', count, outcome: 'UNAUTHORIZED' }
    await this.append(entry).catch(() => {
      this.#strangers += count
    })
  }
}
