import { constants, statSync } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { guardIo, syncDirectory } from '../atomic-file.js'
import { CryptoError } from '../errors.js'
import { makeFolder } from '../make-folder.js'
import { StoreLock } from '../store-lock.js'
import { GroupCommit } from './group-commit.js'
import { hashLink } from './hash-link.js'
import { findEnd, type LogEnd } from './log-end.js'
import { HeadNotes, headPath, type LogHead, makeHeadFolder } from './log-head.js'
import { formatLines } from './log-link.js'
import { formatAnchor, type LogRetention, planRemoval, removeSegments } from './log-retention.js'
import { formatHeader, type LogPlace, segmentPath } from './log-segment.js'
import { LogTrouble } from './log-trouble.js'
import { SegmentFile } from './segment-file.js'

export interface ChainedLogOptions extends LogPlace {
  /** A new segment is begun when the last one has this many bytes; 64 MiB by default. */
  readonly segmentBytes?: number
  /** A new segment is begun when the last one is this old; a day by default. */
  readonly segmentMs?: number
  /** Without it everything is kept. */
  readonly retention?: LogRetention
  /** A further file in which the head is noted, on a disk that who can change the log cannot. */
  readonly headFile?: string
  /** Told when the log, or a note of its head, cannot be written, once until it can again. */
  readonly onTrouble?: (error: CryptoError) => void
}

const DAY_MS = 86_400_000
const SEGMENT_BYTES = 64 * 1024 * 1024
const RESERVE_BYTES = 1024 * 1024
const PRUNE_MS = 600_000

/**
 * A log that only grows, in which every line vouches for the one before. Its folder is made with mode 0700 if there is
 * none. `append` resolves when its line is on disk; lines that come while one write is under way share the next one.
 *
 * A write that fails, because the disk is full or gone, fails for those who wait for it and leaves nothing behind; the
 * next one begins anew.
 */
export class ChainedLog implements AsyncDisposable {
  readonly #options: ChainedLogOptions
  readonly #lock: StoreLock
  readonly #device: number
  readonly #heads: HeadNotes
  readonly #trouble: LogTrouble
  readonly #commit = new GroupCommit<string>((contents) => this.#write(contents))
  readonly #timer: NodeJS.Timeout
  #end: LogEnd
  #segment: SegmentFile | undefined
  #pruning: Promise<number> | undefined
  #closed = false

  private constructor(options: ChainedLogOptions, lock: StoreLock, end: LogEnd) {
    const { folder, name, headFile } = options
    this.#options = options
    this.#trouble = new LogTrouble(options.onTrouble)
    this.#lock = lock
    this.#device = statSync(folder).dev
    this.#end = end
    const paths = [headPath(folder, name), ...(headFile ? [headFile] : [])]
    this.#heads = new HeadNotes(
      name,
      paths,
      () => this.head,
      (cause) => this.#trouble.tell(cause),
    )
    this.#timer = setInterval(() => this.#pruneSoon(), PRUNE_MS).unref()
  }

  /**
   * Opens a log, and removes from its end what was never written whole.
   *
   * @throws CryptoError STORE_DAMAGED that names the line, or says that the end was cut off; LOCKED if another process has
   * it open, IO
   */
  static async open(options: ChainedLogOptions): Promise<ChainedLog> {
    const { folder, headFile } = options
    await guardIo(folder, () => makeFolder(folder))
    if (headFile) await makeHeadFolder(headFile)
    const lock = await StoreLock.acquire(folder)
    try {
      const end = await findEnd(options, headFile ? [headFile] : [])
      const log = new ChainedLog(options, lock, end)
      if (end.last) log.#segment = await log.#openFile(end.last.path, end.last.end)
      log.#pruneSoon()
      return log
    } catch (cause) {
      await lock[Symbol.asyncDispose]()
      throw cause
    }
  }

  get name(): string {
    return this.#options.name
  }

  /** The number and hash of the last line: keep it elsewhere, and it shows when the end of the log was cut off. */
  get head(): LogHead {
    const { hash, next } = this.#end.state
    return { number: next - 1, hash: hash.toString('base64url') }
  }

  /** How far the log had come when its head was last noted everywhere. */
  get noted(): LogHead | undefined {
    return this.#heads.noted
  }

  /** Why the last write failed, until one succeeds. */
  get trouble(): CryptoError | undefined {
    return this.#trouble.current
  }

  /** How many lines wait to be written. */
  get lag(): number {
    return this.#commit.waiting
  }

  /**
   * Adds a JSON object, given as text without line feeds.
   *
   * @throws CryptoError IO if it could not be written, CLOSED
   */
  append(content: string): Promise<void> {
    if (this.#closed) return Promise.reject(new CryptoError('CLOSED', 'The log was closed'))
    return this.#commit.add(content)
  }

  /**
   * Looks whether lines could be written now, without writing one, and how many bytes are free where they go.
   *
   * @throws CryptoError IO that says what is in the way
   */
  async check(): Promise<{ readonly freeBytes: number }> {
    const { folder } = this.#options
    if (this.#trouble.current) throw this.#trouble.current
    const { bavail, bsize } = await guardIo(folder, async () => {
      await access(folder, constants.W_OK)
      this.#segment?.requireInPlace()
      return statfs(folder)
    })
    return { freeBytes: bavail * bsize }
  }

  /**
   * Removes what the retention lets go, and gives the number of segments. An anchor says so in the log first, and the
   * head is noted, so that nothing goes of which no trace is kept.
   *
   * @throws CryptoError IO
   */
  prune(): Promise<number> {
    this.#pruning ??= this.#prune().finally(() => {
      this.#pruning = undefined
    })
    return this.#pruning
  }

  /** Writes what waits and notes the head, then lets go of the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#pruning?.catch(() => undefined)
    this.#closed = true
    await this.#commit.idle()
    await this.#heads[Symbol.asyncDispose]()
    await this.#segment?.close()
    this.#segment = undefined
    await this.#lock[Symbol.asyncDispose]()
  }

  async #prune(): Promise<number> {
    const { retention, folder } = this.#options
    const removal =
      retention && (await planRemoval(this.#options, retention, { now: Date.now(), lastEnd: this.#end.last?.end }))
    if (!removal) return 0
    await this.append(formatAnchor(removal.anchor))
    if (!(await this.#heads.write())) return 0
    await removeSegments(folder, removal.segments)
    return removal.segments.length
  }

  async #write(contents: readonly string[]): Promise<void> {
    try {
      await this.#writeLines(contents)
      this.#trouble.ended()
    } catch (cause) {
      await this.#fail(cause)
      throw cause
    }
    this.#heads.grown()
  }

  async #writeLines(contents: readonly string[]): Promise<void> {
    const { name, link = hashLink } = this.#options
    if (this.#isFull()) await this.#leaveSegment()
    this.#segment ??= await this.#openSegment()
    const segment = this.#segment
    const isNew = segment.end === 0
    const { state, last } = this.#end
    const { text, after } = formatLines(link, isNew ? [formatHeader(name, state), ...contents] : contents, state)
    await segment.append(Buffer.from(text))
    if (isNew) await syncDirectory(dirname(segment.path))
    const began = isNew ? Date.now() : (last?.began ?? 0)
    this.#end = { state: after, last: { path: segment.path, end: segment.end, began } }
    if (isNew) this.#pruneSoon()
  }

  #isFull(): boolean {
    const { segmentBytes = SEGMENT_BYTES, segmentMs = DAY_MS } = this.#options
    const { last } = this.#end
    return last !== undefined && (last.end >= segmentBytes || Date.now() - last.began >= segmentMs)
  }

  async #leaveSegment(): Promise<void> {
    await this.#segment?.close()
    this.#segment = undefined
    this.#end = { state: this.#end.state }
  }

  /** Goes on where the last write ended; in a new file if that is gone. */
  async #openSegment(): Promise<SegmentFile> {
    const { last, state } = this.#end
    const resumed = last && (await this.#openFile(last.path, last.end).catch(passOverLost))
    if (resumed) return resumed
    await this.#requireFolder()
    return this.#openFile(segmentPath(this.#options, state.next), 0)
  }

  #openFile(path: string, end: number): Promise<SegmentFile> {
    const { segmentBytes = SEGMENT_BYTES } = this.#options
    return SegmentFile.open(path, end, { reserve: Math.min(RESERVE_BYTES, Math.floor(segmentBytes / 8)) })
  }

  /** An empty folder in the place of one whose disk is not mounted would hide what is written to it later. */
  async #requireFolder(): Promise<void> {
    const { folder } = this.#options
    const { dev } = await guardIo(folder, async () => statSync(folder))
    if (dev !== this.#device) {
      throw new CryptoError('IO', `"${folder}" is on another disk than when it was opened`, { reason: 'LOST' })
    }
    await this.#lock.renew()
  }

  async #fail(cause: unknown): Promise<void> {
    const segment = this.#segment
    this.#segment = undefined
    await segment?.mend()
    await segment?.close()
    this.#trouble.began(cause)
  }

  /** What cannot be removed now is tried again later. */
  #pruneSoon(): void {
    if (this.#options.retention && !this.#closed) void this.prune().catch(() => undefined)
  }
}

function passOverLost(error: unknown): undefined {
  const reason = CryptoError.is(error) ? error.reason : undefined
  if (reason !== 'LOST' && reason !== 'ENOENT') throw error
}
