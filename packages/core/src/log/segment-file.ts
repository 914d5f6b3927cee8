import { constants, fstatSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { guardIo } from '../atomic-file.js'
import { CryptoError } from '../errors.js'

/**
 * Makes each write durable before it returns, as fdatasync does after it: one trip to a thread instead of two, which is
 * what a write takes on a busy machine. Elsewhere than on Linux it may promise less than fdatasync.
 */
const DURABLE = process.platform === 'linux' ? (constants.O_DSYNC ?? 0) : 0

/** A file that only grows: it knows up to where its bytes are durable, and holds nothing after that. */
export class SegmentFile {
  readonly path: string
  readonly #handle: FileHandle
  #end: number

  private constructor(path: string, handle: FileHandle, end: number) {
    this.path = path
    this.#handle = handle
    this.#end = end
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
  static async open(path: string, end: number): Promise<SegmentFile> {
    const { O_RDWR, O_CREAT, O_NOFOLLOW = 0 } = constants
    return guardIo(path, async () => {
      const handle = await open(path, O_RDWR | O_NOFOLLOW | DURABLE | (end === 0 ? O_CREAT : 0), 0o600)
      try {
        const { size } = await handle.stat()
        if (size < end) throw lost(path)
        const file = new SegmentFile(path, handle, end)
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
      this.requireInPlace()
      let written = 0
      while (written < bytes.length) {
        const { bytesWritten } = await this.#handle.write(bytes, written, bytes.length - written, this.#end + written)
        written += bytesWritten
      }
      if (!DURABLE) await this.#handle.datasync()
      this.#end += bytes.length
    })
  }

  /** @throws CryptoError IO, LOST */
  requireInPlace(): void {
    const { dev, ino, size } = fstatSync(this.#handle.fd)
    const there = statSync(this.path, { throwIfNoEntry: false })
    if (there?.ino !== ino || there.dev !== dev || size !== this.#end) throw lost(this.path)
  }

  /** Removes what a failed write left, if that is possible now. */
  async mend(): Promise<void> {
    await this.#cut().catch(() => undefined)
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => undefined)
  }

  async #cut(): Promise<void> {
    await this.#handle.truncate(this.#end)
    await this.#handle.datasync()
  }
}

function lost(path: string): CryptoError {
  return new CryptoError('IO', `"${path}" was moved, replaced or changed while it was open`, { reason: 'LOST' })
}
