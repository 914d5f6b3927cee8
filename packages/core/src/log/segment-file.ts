import { constants, fstatSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { guardIo } from '../atomic-file.js'
import { CryptoError } from '../errors.js'

export interface SegmentFileOptions {
  /**
   * How many zeros are written ahead once the file has some length: a write in their place makes the file no longer, which
   * takes the disk a third of the time, and a tenth if others write to it. None by default.
   */
  readonly reserve?: number
}

/**
 * Makes each write durable before it returns, as fdatasync does after it: one trip to a thread instead of two, which is
 * what a write takes on a busy machine. Elsewhere than on Linux it may promise less than fdatasync.
 */
const DURABLE = process.platform === 'linux' ? (constants.O_DSYNC ?? 0) : 0
/** A file that is shorter has no zeros: most stay so. */
const RESERVE_FROM = 65_536

/** A file that only grows: it knows up to where its bytes are durable, and holds nothing but zeros after that. */
export class SegmentFile {
  readonly path: string
  readonly #handle: FileHandle
  readonly #reserve: number
  #end: number
  /** With the zeros. */
  #size: number
  #reserving: Promise<void> | undefined
  #mayReserve: boolean

  private constructor(path: string, handle: FileHandle, end: number, { reserve = 0 }: SegmentFileOptions) {
    this.path = path
    this.#handle = handle
    this.#end = end
    this.#size = end
    this.#reserve = reserve
    this.#mayReserve = reserve > 0
  }

  /** Up to here the file is durable. */
  get end(): number {
    return this.#end
  }

  /**
   * Opens a file and cuts off what is after its durable end; makes it if that is 0.
   *
   * @throws CryptoError IO, LOST if the file has become shorter
   */
  static async open(path: string, end: number, options: SegmentFileOptions = {}): Promise<SegmentFile> {
    const { O_RDWR, O_CREAT, O_NOFOLLOW = 0 } = constants
    return guardIo(path, async () => {
      const handle = await open(path, O_RDWR | O_NOFOLLOW | DURABLE | (end === 0 ? O_CREAT : 0), 0o600)
      try {
        const { size } = await handle.stat()
        if (size < end) throw lost(path)
        const file = new SegmentFile(path, handle, end, options)
        if (size > end) await file.#cut()
        return file
      } catch (cause) {
        await handle.close()
        throw cause
      }
    })
  }

  /**
   * When this resolves the bytes are on disk. If it rejects they count as not written: `mend` the file before the next.
   *
   * @throws CryptoError IO, LOST if the file was moved, replaced or changed while it was open, which would take every
   * write and keep none
   */
  async append(bytes: Uint8Array): Promise<void> {
    await guardIo(this.path, async () => {
      const end = this.#end + bytes.length
      // Zeros must not be written over what takes their place.
      if (end > this.#size) await this.#reserving
      this.requireInPlace()
      await this.#write(bytes, this.#end)
      this.#end = end
      this.#size = Math.max(this.#size, end)
    })
    if (this.#end >= RESERVE_FROM && this.#size - this.#end < this.#reserve / 2) this.#reserveSoon()
  }

  /** @throws CryptoError IO, LOST */
  requireInPlace(): void {
    const { dev, ino, size } = fstatSync(this.#handle.fd)
    const there = statSync(this.path, { throwIfNoEntry: false })
    const most = this.#size + (this.#reserving ? this.#reserve : 0)
    if (there?.ino !== ino || there.dev !== dev || size < this.#size || size > most) throw lost(this.path)
  }

  /** Removes what a failed write left, if that is possible now. */
  async mend(): Promise<void> {
    await this.#reserving
    await this.#cut().catch(() => undefined)
  }

  /** Without the zeros, if that is possible. */
  async close(): Promise<void> {
    await this.#reserving
    if (this.#size > this.#end) await this.#handle.truncate(this.#end).catch(() => undefined)
    await this.#handle.close().catch(() => undefined)
  }

  async #write(bytes: Uint8Array, position: number): Promise<void> {
    let written = 0
    while (written < bytes.length) {
      const rest = bytes.length - written
      const { bytesWritten } = await this.#handle.write(bytes, written, rest, position + written)
      written += bytesWritten
    }
    if (!DURABLE) await this.#handle.datasync()
  }

  #reserveSoon(): void {
    if (!this.#mayReserve) return
    this.#reserving ??= this.#writeZeros().finally(() => {
      this.#reserving = undefined
    })
  }

  /** A disk that has no room for what is not needed yet is left alone. */
  async #writeZeros(): Promise<void> {
    try {
      await this.#write(zeros(this.#reserve), this.#size)
      this.#size += this.#reserve
    } catch {
      this.#mayReserve = false
      this.#size = Math.max(
        this.#size,
        await this.#handle.stat().then(
          ({ size }) => size,
          () => 0,
        ),
      )
    }
  }

  async #cut(): Promise<void> {
    await this.#handle.truncate(this.#end)
    await this.#handle.datasync()
    this.#size = this.#end
  }
}

let known = new Uint8Array(0)

function zeros(length: number): Uint8Array {
  if (known.length < length) known = new Uint8Array(length)
  return known.subarray(0, length)
}

function lost(path: string): CryptoError {
  return new CryptoError('IO', `"${path}" was moved, replaced or changed while it was open`, { reason: 'LOST' })
}
