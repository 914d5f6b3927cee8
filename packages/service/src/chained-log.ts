import { dirname } from 'node:path'
import { CryptoError } from '@parasol/core'
import { guardIo, makeFolder, StoreLock, syncDirectory, writeFileAtomic } from '@parasol/core/files'
import { CHAIN_START, type ChainState, formatLine } from './log-line.js'
import { listSegments, readSegment, refuseDamage, type SegmentHeader, segmentPath } from './log-segment.js'
import { SegmentFile } from './segment-file.js'

export interface ChainedLogOptions {
  /** The log's own folder; made with mode 0700 if there is none. */
  readonly folder: string
  /** What the files are called after: lower-case letters. */
  readonly name: string
  /** A new segment is begun when the last one has this many bytes; 64 MiB by default. */
  readonly segmentBytes?: number
  /** Told when the log cannot be written, once until it can again. */
  readonly onTrouble?: (error: CryptoError) => void
}

interface Waiting {
  readonly content: string
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * A log that only grows, in which every line vouches for the one before. `append` resolves when its line is on disk; all
 * lines that come while one write is under way share the next one, so that one sync serves many.
 *
 * A write that fails, because the disk is full or gone, fails for those who wait for it and leaves nothing behind; the
 * next one begins anew.
 */
export class ChainedLog implements AsyncDisposable {
  readonly #options: ChainedLogOptions
  readonly #lock: StoreLock
  #state: ChainState
  #segment: SegmentFile | undefined
  /** Where to go on after a failure. */
  #last: { readonly path: string; readonly end: number } | undefined
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #trouble: CryptoError | undefined
  #closed = false

  private constructor(
    options: ChainedLogOptions,
    lock: StoreLock,
    state: ChainState,
    last?: { path: string; end: number },
  ) {
    this.#options = options
    this.#lock = lock
    this.#state = state
    this.#last = last
  }

  /**
   * Opens a log, and removes from its end what was never written whole.
   *
   * @throws CryptoError STORE_DAMAGED that names the line, LOCKED if another process has it open, IO
   */
  static async open(options: ChainedLogOptions): Promise<ChainedLog> {
    const { folder, name } = options
    await guardIo(folder, () => makeFolder(folder))
    const lock = await StoreLock.acquire(folder)
    try {
      const { state, last } = await findEnd(folder, name)
      const log = new ChainedLog(options, lock, state, last)
      if (last) log.#segment = await SegmentFile.open(last.path, last.end)
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
    return { number: this.#state.next - 1, hash: this.#state.hash.toString('base64url') }
  }

  /** Why the last write failed, until one succeeds. */
  get trouble(): CryptoError | undefined {
    return this.#trouble
  }

  /** How many lines wait to be written. */
  get lag(): number {
    return this.#waiting.length
  }

  /**
   * Adds a JSON object, given as text without line feeds.
   *
   * @throws CryptoError IO if it could not be written, CLOSED
   */
  append(content: string): Promise<void> {
    if (this.#closed) return Promise.reject(new CryptoError('CLOSED', 'The log was closed'))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ content, resolve, reject })
      this.#writing ??= this.#writeAll()
    })
  }

  /** Writes what waits, then lets go of the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await this.#writing
    await this.#segment?.close()
    this.#segment = undefined
    await this.#lock[Symbol.asyncDispose]()
  }

  async #writeAll(): Promise<void> {
    // Those who come in the same turn of the event loop go into the first write.
    await Promise.resolve()
    while (this.#waiting.length > 0) await this.#writeBatch(this.#waiting.splice(0))
    this.#writing = undefined
  }

  async #writeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#write(batch.map(({ content }) => content))
      this.#trouble = undefined
      for (const { resolve } of batch) resolve()
    } catch (cause) {
      await this.#fail(cause)
      for (const { reject } of batch) reject(cause)
    }
  }

  async #write(contents: readonly string[]): Promise<void> {
    const { segmentBytes = 64 * 1024 * 1024 } = this.#options
    if (this.#segment && this.#segment.end >= segmentBytes) await this.#leaveSegment()
    this.#segment ??= await this.#openSegment()
    const isNew = this.#segment.end === 0
    const lines = isNew ? [this.#header(), ...contents] : contents
    const { text, state } = chain(lines, this.#state)
    await this.#segment.append(Buffer.from(text))
    if (isNew) await syncDirectory(dirname(this.#segment.path))
    this.#state = state
    this.#last = { path: this.#segment.path, end: this.#segment.end }
  }

  async #leaveSegment(): Promise<void> {
    await this.#segment?.close()
    this.#segment = undefined
    this.#last = undefined
  }

  /** Goes on where the last write ended; in a new file if that is gone. */
  async #openSegment(): Promise<SegmentFile> {
    if (this.#last) {
      const resumed = await SegmentFile.open(this.#last.path, this.#last.end).catch(passOverLost)
      if (resumed) return resumed
    }
    const { folder, name } = this.#options
    return SegmentFile.open(segmentPath(folder, name, this.#state.next), 0)
  }

  #header(): string {
    const header: SegmentHeader = {
      log: this.#options.name,
      version: 1,
      previous: this.#state.hash.toString('base64url'),
      time: new Date().toISOString(),
    }
    return JSON.stringify(header)
  }

  async #fail(cause: unknown): Promise<void> {
    const segment = this.#segment
    this.#segment = undefined
    await segment?.abandon()
    const error = CryptoError.is(cause) ? cause : new CryptoError('INTERNAL', 'The log failed', { cause })
    if (!this.#trouble) this.#options.onTrouble?.(error)
    this.#trouble = error
  }
}

function chain(contents: readonly string[], start: ChainState): { text: string; state: ChainState } {
  let state = start
  let text = ''
  for (const content of contents) {
    const line = formatLine(content, state)
    text += line.text
    state = line.state
  }
  return { text, state }
}

/** A segment of which not even the header is whole holds nothing, and the one before is the last. */
async function findEnd(
  folder: string,
  name: string,
): Promise<{ state: ChainState; last?: { path: string; end: number } }> {
  for (const segment of (await listSegments(folder, name)).toReversed()) {
    const { lines, state, end, torn, damage } = await readSegment(segment, name)
    refuseDamage(damage)
    // What was more than one line is kept beside it, for whoever wants to look.
    if (torn.includes('\n')) await writeFileAtomic(`${segment.path}.torn`, torn)
    if (lines > 0) return { state, last: { path: segment.path, end } }
  }
  return { state: CHAIN_START }
}

function passOverLost(error: unknown): undefined {
  const reason = CryptoError.is(error) ? error.reason : undefined
  if (reason !== 'LOST' && reason !== 'ENOENT') throw error
}
