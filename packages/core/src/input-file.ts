import { type FileHandle, open } from 'node:fs/promises'
import { guardIo } from './atomic-file.js'
import { CryptoError } from './errors.js'
import type { RandomAccess } from './provider.js'

/** Few large reads cost less than many small ones; more than that gains nothing. */
const CHUNK_BYTES = 1024 * 1024
/** Node ends the process if it is asked for 2 GiB at once. */
const MAX_READ_BYTES = 1024 * 1024 * 1024
const MAX_WHOLE_BYTES = 256 * 1024 * 1024

/**
 * A file to read, from beginning to end or in any order. Hold it in an `await using`.
 *
 * @throws CryptoError IO that names the path and the system's reason
 */
export class InputFile implements RandomAccess, AsyncDisposable {
  /** What it was when the file was opened. */
  readonly size: number
  readonly mode: number
  readonly #path: string
  readonly #handle: FileHandle

  private constructor(path: string, handle: FileHandle, { size, mode }: { size: number; mode: number }) {
    this.#path = path
    this.#handle = handle
    this.size = size
    this.mode = mode & 0o777
  }

  static async open(path: string): Promise<InputFile> {
    return guardIo(path, () => openFile(path), 'read').then(({ handle, stat }) => new InputFile(path, handle, stat))
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const target = new Uint8Array(Math.max(0, Math.min(length, this.size - offset)))
    let filled = 0
    while (filled < target.length) {
      const bytesRead = await this.#readInto(target.subarray(filled, filled + MAX_READ_BYTES), offset + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return target.subarray(0, filled)
  }

  /** All of a file that has to be in memory. @throws CryptoError INVALID_INPUT if it is longer than it may be */
  async readWhole(maxBytes: number = MAX_WHOLE_BYTES): Promise<Uint8Array> {
    if (this.size > maxBytes) {
      throw new CryptoError(
        'INVALID_INPUT',
        `"${this.#path}" has ${this.size} bytes: at most ${maxBytes} were expected`,
      )
    }
    return this.read(0, this.size)
  }

  /** The whole file. All chunks lie in the same memory: one is valid until the next is asked for. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    const memory = new Uint8Array(CHUNK_BYTES)
    try {
      for (let offset = 0; ; ) {
        const bytesRead = await this.#readInto(memory, offset)
        if (bytesRead === 0) return
        offset += bytesRead
        yield memory.subarray(0, bytesRead)
      }
    } finally {
      memory.fill(0)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }

  async #readInto(target: Uint8Array, position: number): Promise<number> {
    const read = async (): Promise<number> => (await this.#handle.read(target, 0, target.length, position)).bytesRead
    return guardIo(this.#path, read, 'read')
  }
}

async function openFile(path: string): Promise<{ handle: FileHandle; stat: { size: number; mode: number } }> {
  const handle = await open(path, 'r')
  try {
    const stat = await handle.stat()
    if (stat.isFile()) return { handle, stat }
    throw new CryptoError('IO', `Cannot read "${path}": it is not a file`, { reason: 'ENOTFILE' })
  } catch (error) {
    await handle.close()
    throw error
  }
}
