import { constants, fstatSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { CryptoError } from '@parasol/core'
import { guardIo } from '@parasol/core/files'

/** The segment that is written to: it knows up to where its bytes are durable, and holds nothing after that. */
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
   * Opens a segment and cuts off what is after its durable end; makes it if that is 0.
   *
   * @throws CryptoError IO also if the file has become shorter
   */
  static async open(path: string, end: number): Promise<SegmentFile> {
    const { O_RDWR, O_CREAT, O_NOFOLLOW = 0 } = constants
    return guardIo(path, async () => {
      const handle = await open(path, O_RDWR | O_NOFOLLOW | (end === 0 ? O_CREAT : 0), 0o600)
      try {
        const { size } = await handle.stat()
        if (size < end) throw lost(path)
        if (size > end) {
          await handle.truncate(end)
          await handle.datasync()
        }
        return new SegmentFile(path, handle, end)
      } catch (cause) {
        await handle.close()
        throw cause
      }
    })
  }

  /** When this resolves the bytes are on disk; if it rejects, they count as not written, and the file must be opened anew. */
  async append(bytes: Buffer): Promise<void> {
    await guardIo(this.path, async () => {
      this.#requireOurs()
      let written = 0
      while (written < bytes.length) {
        const { bytesWritten } = await this.#handle.write(bytes, written, bytes.length - written, this.#end + written)
        written += bytesWritten
      }
      await this.#handle.datasync()
      this.#end += bytes.length
    })
  }

  /** Removes what a failed write left, if that is possible now, and lets go of the file. */
  async abandon(): Promise<void> {
    await this.#handle.truncate(this.#end).catch(() => undefined)
    await this.close()
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => undefined)
  }

  /** A file that was removed would take every write and keep none. */
  #requireOurs(): void {
    const { nlink, size } = fstatSync(this.#handle.fd)
    if (nlink === 0 || size !== this.#end) throw lost(this.path)
  }
}

function lost(path: string): CryptoError {
  return new CryptoError('IO', `"${path}" was removed or changed by another program`, { reason: 'LOST' })
}
