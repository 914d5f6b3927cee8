import { type FileHandle, open, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CryptoError } from '@parasol/core'
import { guardIo, syncDirectory, writeFileAtomic } from '@parasol/core/files'
import { type ChainState, link, sealCheckpoint } from './audit-chain.js'
import type { AuditEvent } from './audit-event.js'
import { AUDIT_FILE, CHECKPOINT_FILE, verifyTail } from './audit-verification.js'

export interface AuditLogOptions {
  readonly folder: string
  /** 32 bytes; its owner zeroes them once the log is closed. */
  readonly key: Uint8Array
}

/** How often the end of the log is noted, so that cutting it off shows. */
const CHECKPOINT_EVENTS = 1_000
const CHECKPOINT_MS = 1_000

interface Waiting {
  readonly event: AuditEvent
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** An append-only file of chained events (`audit-chain.ts`). Events that come at once are made durable together. */
export class AuditLog implements AsyncDisposable {
  readonly #options: AuditLogOptions
  readonly #handle: FileHandle
  #state: ChainState
  #noted: { readonly events: number; readonly time: number }
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined

  private constructor(options: AuditLogOptions, handle: FileHandle, state: ChainState) {
    this.#options = options
    this.#handle = handle
    this.#state = state
    this.#noted = { events: state.events, time: Date.now() }
  }

  /**
   * Opens the log of a store, or makes one. An event that was not written whole was never acknowledged and is cut off.
   *
   * @throws CryptoError STORE_DAMAGED if what was noted of its end is no longer there; IO
   */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    const path = join(options.folder, AUDIT_FILE)
    const { state, fileBytes } = await verifyTail(options.folder, options.key)
    const handle = await guardIo(path, () => open(path, 'a', 0o600))
    try {
      if (state.bytes < fileBytes) await guardIo(path, () => handle.truncate(state.bytes))
      const log = new AuditLog(options, handle, state)
      await log.#checkpoint()
      await syncDirectory(dirname(path))
      return log
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Resolves when the event is on disk. @throws CryptoError IO, also if the file was moved, replaced or removed */
  record(event: AuditEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event, resolve, reject })
      this.#writing ??= this.#writeAll().finally(() => {
        this.#writing = undefined
      })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing
    await this.#checkpoint().catch(() => undefined)
    await this.#handle.close()
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        await this.#write(batch.map(({ event }) => event))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
  }

  async #write(events: readonly AuditEvent[]): Promise<void> {
    const path = join(this.#options.folder, AUDIT_FILE)
    let state = this.#state
    let text = ''
    for (const event of events) {
      const { line, next } = link(this.#options.key, state, event)
      text += line
      state = next
    }
    await this.#requireInPlace(path)
    await guardIo(path, async () => {
      await this.#handle.appendFile(text)
      await this.#handle.datasync()
    }).catch(async (error) => {
      await this.#handle.truncate(this.#state.bytes).catch(() => undefined)
      throw error
    })
    this.#state = state
    if (this.#isCheckpointDue()) await this.#checkpoint()
  }

  /** Someone who moves the file away would else let us write where nobody looks; one who adds to it breaks the chain. */
  async #requireInPlace(path: string): Promise<void> {
    const [ours, current] = await Promise.all([this.#handle.stat(), stat(path).catch(() => undefined)])
    if (current?.ino === ours.ino && ours.size === this.#state.bytes) return
    throw new CryptoError('IO', `The audit log "${path}" was moved, replaced or changed while it was open`)
  }

  #isCheckpointDue(): boolean {
    const { events, time } = this.#noted
    return this.#state.events - events >= CHECKPOINT_EVENTS || Date.now() - time >= CHECKPOINT_MS
  }

  async #checkpoint(): Promise<void> {
    const { folder, key } = this.#options
    await writeFileAtomic(join(folder, CHECKPOINT_FILE), sealCheckpoint(key, this.#state), { overwrite: true })
    this.#noted = { events: this.#state.events, time: Date.now() }
  }
}
