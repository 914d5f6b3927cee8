import { type FileHandle, open } from 'node:fs/promises'
import { guardIo } from '../atomic-file.js'
import type { ChainState, LogLink } from './log-link.js'

/** A line of which its chain vouches. */
export interface LogLine {
  readonly number: number
  readonly hash: Buffer
  /** A JSON object. */
  readonly content: Buffer
  /** Where the line is in its file, and where the next begins. */
  readonly offset: number
  readonly end: number
}

/** Something that is not a line where one should be. */
export interface LogDamage {
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  readonly offset: number
  readonly reason: string
}

export interface ChainReaderOptions {
  readonly path: string
  readonly link: LogLink
  /** The state before the first line; a file may say it itself in that line. */
  readonly start: ChainState | ((first: Buffer) => ChainState)
  /** Where the first line is; 0 by default. */
  readonly offset?: number
  /** Whether lines are written where zeros were (`SegmentFile`). */
  readonly reserved?: boolean
}

const CHUNK_BYTES = 256 * 1024
const NEWLINE = 10
/** What a disk writes whole or not at all, and in any order. */
const SECTOR = 512
/** More than one write has. */
const MOST_TORN = 16 * 1024 * 1024

/**
 * Reads a file of chained lines in constant memory, as far as each follows the one before. What a write left that never
 * came to its end is an end without a line feed; and in the place of zeros also a line of which a whole sector is zeros
 * still, with what follows it, as long as that is no more than one write. Any other line that does not fit is damage.
 */
export class ChainReader {
  readonly #options: ChainReaderOptions
  #start: ChainState | undefined
  #state: ChainState | undefined
  #end: number
  #torn = 0
  /** How many bytes after the sound lines were read, zeros and all. */
  #passed = 0
  /** The line of which a sector was never written. */
  #tear: LogDamage | undefined
  #damage: LogDamage | undefined

  constructor(options: ChainReaderOptions) {
    this.#options = options
    this.#end = options.offset ?? 0
    if (typeof options.start === 'object') this.#begin(options.start)
  }

  /** The state before the first line; undefined if that is in the file, and not there. */
  get start(): ChainState | undefined {
    return this.#start
  }

  /** The state after the last sound line. */
  get state(): ChainState | undefined {
    return this.#state
  }

  /** How many lines were sound. */
  get lines(): number {
    return (this.#state?.next ?? 0) - (this.#start?.next ?? 0)
  }

  /** Where they end. */
  get end(): number {
    return this.#end
  }

  /** How many bytes of a write that never came to its end follow them. */
  get torn(): number {
    return this.#torn
  }

  get damage(): LogDamage | undefined {
    return this.#damage
  }

  /** The sound lines, some at a time. What there is to say of the file is complete when they end. @throws CryptoError IO */
  async *batches(): AsyncGenerator<readonly LogLine[]> {
    const { path } = this.#options
    const handle = await guardIo(path, () => open(path, 'r'), 'read')
    try {
      let rest: Buffer[] = []
      for await (const chunk of readChunks(path, handle, this.#end)) {
        if (this.#tear) {
          this.#pass(chunk)
          continue
        }
        rest.push(chunk)
        if (!chunk.includes(NEWLINE)) continue
        const bytes = rest.length > 1 ? Buffer.concat(rest) : chunk
        const { lines, taken } = this.#take(bytes)
        if (lines.length > 0) yield lines
        if (this.#damage) return
        rest = [bytes.subarray(taken)]
        if (this.#tear) for (const part of rest.splice(0)) this.#pass(part)
      }
      for (const part of rest) this.#pass(part)
      if (this.#torn > MOST_TORN) this.#damage = this.#tear
    } finally {
      await handle.close()
    }
  }

  /** Reads to the end and shows every sound line. */
  async each(visit: (line: LogLine) => void = () => undefined): Promise<this> {
    for await (const lines of this.batches()) for (const line of lines) visit(line)
    return this
  }

  #begin(start: ChainState): ChainState {
    this.#start = start
    this.#state = start
    return start
  }

  #take(bytes: Buffer): { lines: readonly LogLine[]; taken: number } {
    const lines: LogLine[] = []
    let taken = 0
    for (let feed = bytes.indexOf(NEWLINE); feed >= 0; feed = bytes.indexOf(NEWLINE, taken)) {
      const line = this.#follow(bytes.subarray(taken, feed))
      if (!line) break
      lines.push(line)
      taken = feed + 1
    }
    return { lines, taken }
  }

  /** Zeros at the very end are room for what is to come, if there is such. */
  #pass(bytes: Buffer): void {
    let end = bytes.length
    if (this.#options.reserved) while (end > 0 && bytes[end - 1] === 0) end -= 1
    if (end > 0) this.#torn = this.#passed + end
    this.#passed += bytes.length
  }

  #follow(line: Buffer): LogLine | undefined {
    const { path, link, start, reserved } = this.#options
    const before = this.#state ?? this.#begin(typeof start === 'function' ? start(line) : start)
    const found = link.read(line, before)
    const offset = this.#end
    if (typeof found === 'string') {
      const damage = { file: path, line: this.lines + 1, offset, reason: found }
      if (reserved && hasUnwrittenSector(line, offset)) this.#tear = damage
      else this.#damage = damage
      return undefined
    }
    this.#state = found.after
    this.#end = offset + line.length + 1
    return { number: before.next, hash: found.after.hash, content: found.content, offset, end: this.#end }
  }
}

/** Whether the bytes from somewhere in the line, or its beginning, to the end of their sector are zeros. */
function hasUnwrittenSector(line: Buffer, offset: number): boolean {
  for (let end = SECTOR - (offset % SECTOR); end <= line.length; end += SECTOR) {
    if (line.subarray(Math.max(0, end - SECTOR), end).every((byte) => byte === 0)) return true
  }
  return false
}

async function* readChunks(path: string, handle: FileHandle, from: number): AsyncGenerator<Buffer> {
  for (let position = from; ; ) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    const { bytesRead } = await guardIo(path, () => handle.read(chunk, 0, CHUNK_BYTES, position), 'read')
    if (bytesRead === 0) return
    position += bytesRead
    yield chunk.subarray(0, bytesRead)
  }
}
