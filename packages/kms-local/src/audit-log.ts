import { dirname, join } from 'node:path'
import { CryptoError } from '@parasol/core'
import {
  type ChainState,
  formatLines,
  GroupCommit,
  type LogLink,
  SegmentFile,
  syncDirectory,
  writeFileAtomic,
} from '@parasol/core/files'
import { macLink, sealCheckpoint } from './audit-chain.js'
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

/** An append-only file of chained events (`audit-chain.ts`). Events that come at once are made durable together. */
export class AuditLog implements AsyncDisposable {
  readonly #options: AuditLogOptions
  readonly #link: LogLink
  readonly #file: SegmentFile
  readonly #commit = new GroupCommit<AuditEvent>((events) => this.#write(events))
  #state: ChainState
  #noted: { readonly events: number; readonly time: number }

  private constructor(options: AuditLogOptions, file: SegmentFile, state: ChainState) {
    this.#options = options
    this.#link = macLink(options.key)
    this.#file = file
    this.#state = state
    this.#noted = { events: state.next, time: Date.now() }
  }

  /**
   * Opens the log of a store, or makes one. An event that was not written whole was never acknowledged and is cut off.
   *
   * @throws CryptoError STORE_DAMAGED if what was noted of its end is no longer there; IO
   */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    const path = join(options.folder, AUDIT_FILE)
    const { state, end } = await verifyTail(options.folder, options.key)
    const file = await SegmentFile.open(path, end)
    try {
      const log = new AuditLog(options, file, state)
      await log.#checkpoint()
      await syncDirectory(dirname(path))
      return log
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** Resolves when the event is on disk. @throws CryptoError IO, also if the file was moved, replaced or removed */
  record(event: AuditEvent): Promise<void> {
    return this.#commit.add(event)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#commit.idle()
    await this.#checkpoint().catch(() => undefined)
    await this.#file.close()
  }

  async #write(events: readonly AuditEvent[]): Promise<void> {
    const contents = events.map((event) => JSON.stringify(event))
    const { text, after } = formatLines(this.#link, contents, this.#state)
    await this.#file.append(Buffer.from(text)).catch(async (error: unknown) => {
      // Where it is not ours to mend, it is refused until it is as we left it.
      if (!isLost(error)) await this.#file.mend()
      throw error
    })
    this.#state = after
    if (this.#isCheckpointDue()) await this.#checkpoint()
  }

  #isCheckpointDue(): boolean {
    const { events, time } = this.#noted
    return this.#state.next - events >= CHECKPOINT_EVENTS || Date.now() - time >= CHECKPOINT_MS
  }

  async #checkpoint(): Promise<void> {
    const { folder, key } = this.#options
    const { hash, next: events } = this.#state
    const checkpoint = { bytes: this.#file.end, events, mac: hash.toString('hex') }
    await writeFileAtomic(join(folder, CHECKPOINT_FILE), sealCheckpoint(key, checkpoint), { overwrite: true })
    this.#noted = { events, time: Date.now() }
  }
}

function isLost(error: unknown): boolean {
  return CryptoError.is(error) && error.reason === 'LOST'
}
