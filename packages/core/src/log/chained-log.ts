import { dirname } from 'node:path'
import { guardIo, syncDirectory } from '../atomic-file.js'
import { CryptoError } from '../errors.js'
import { makeFolder } from '../make-folder.js'
import { StoreLock } from '../store-lock.js'
import { GroupCommit } from './group-commit.js'
import { hashLink } from './hash-link.js'
import { CHAIN_START, type ChainState, formatLines } from './log-link.js'
import { formatHeader, type LogPlace, listSegments, refuseDamage, segmentPath, segmentReader } from './log-segment.js'
import { SegmentFile } from './segment-file.js'

export interface ChainedLogOptions extends LogPlace {
  /** A new segment is begun when the last one has this many bytes; 64 MiB by default. */
  readonly segmentBytes?: number
  /** Told when the log cannot be written, once until it can again. */
  readonly onTrouble?: (error: CryptoError) => void
}

/** Where a log goes on: its state, and the segment that is not full. */
interface LogEnd {
  readonly state: ChainState
  readonly last?: { readonly path: string; readonly end: number }
}

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
  readonly #commit = new GroupCommit<string>((contents) => this.#write(contents))
  #end: LogEnd
  #segment: SegmentFile | undefined
  #trouble: CryptoError | undefined
  #closed = false

  private constructor(options: ChainedLogOptions, lock: StoreLock, end: LogEnd) {
    this.#options = options
    this.#lock = lock
    this.#end = end
  }

  /**
   * Opens a log, and removes from its end what was never written whole.
   *
   * @throws CryptoError STORE_DAMAGED that names the line, LOCKED if another process has it open, IO
   */
  static async open(options: ChainedLogOptions): Promise<ChainedLog> {
    const { folder } = options
    await guardIo(folder, () => makeFolder(folder))
    const lock = await StoreLock.acquire(folder)
    try {
      const end = await findEnd(options)
      const log = new ChainedLog(options, lock, end)
      if (end.last) log.#segment = await SegmentFile.open(end.last.path, end.last.end)
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
  get head(): { readonly number: number; readonly hash: string } {
    const { hash, next } = this.#end.state
    return { number: next - 1, hash: hash.toString('base64url') }
  }

  /** Why the last write failed, until one succeeds. */
  get trouble(): CryptoError | undefined {
    return this.#trouble
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

  /** Writes what waits, then lets go of the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await this.#commit.idle()
    await this.#segment?.close()
    this.#segment = undefined
    await this.#lock[Symbol.asyncDispose]()
  }

  async #write(contents: readonly string[]): Promise<void> {
    try {
      await this.#writeLines(contents)
      this.#trouble = undefined
    } catch (cause) {
      await this.#fail(cause)
      throw cause
    }
  }

  async #writeLines(contents: readonly string[]): Promise<void> {
    const { segmentBytes = 64 * 1024 * 1024, name, link = hashLink } = this.#options
    if (this.#segment && this.#segment.end >= segmentBytes) await this.#leaveSegment()
    this.#segment ??= await this.#openSegment()
    const segment = this.#segment
    const isNew = segment.end === 0
    const { state } = this.#end
    const { text, after } = formatLines(link, isNew ? [formatHeader(name, state), ...contents] : contents, state)
    await segment.append(Buffer.from(text))
    if (isNew) await syncDirectory(dirname(segment.path))
    this.#end = { state: after, last: { path: segment.path, end: segment.end } }
  }

  async #leaveSegment(): Promise<void> {
    await this.#segment?.close()
    this.#segment = undefined
    this.#end = { state: this.#end.state }
  }

  /** Goes on where the last write ended; in a new file if that is gone. */
  async #openSegment(): Promise<SegmentFile> {
    const { last, state } = this.#end
    const resumed = last && (await SegmentFile.open(last.path, last.end).catch(passOverLost))
    return resumed ?? SegmentFile.open(segmentPath(this.#options, state.next), 0)
  }

  async #fail(cause: unknown): Promise<void> {
    const segment = this.#segment
    this.#segment = undefined
    await segment?.mend()
    await segment?.close()
    const error = CryptoError.is(cause) ? cause : new CryptoError('INTERNAL', 'The log failed', { cause })
    if (!this.#trouble) this.#options.onTrouble?.(error)
    this.#trouble = error
  }
}

/** A segment of which not even the header is whole holds nothing, and the one before is the last. */
async function findEnd(place: LogPlace): Promise<LogEnd> {
  for (const segment of (await listSegments(place)).toReversed()) {
    const { lines, state, end, damage } = await segmentReader(segment, place).each()
    refuseDamage(damage)
    if (state && lines > 0) return { state, last: { path: segment.path, end } }
  }
  return { state: CHAIN_START }
}

function passOverLost(error: unknown): undefined {
  const reason = CryptoError.is(error) ? error.reason : undefined
  if (reason !== 'LOST' && reason !== 'ENOENT') throw error
}
