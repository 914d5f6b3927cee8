import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CryptoError } from './errors.js'

export { StoreLock } from './store-lock.js'

export interface AtomicFileOptions {
  /** File mode; 0o600 by default. */
  readonly mode?: number
}

/**
 * A file that is written whole or not at all: bytes go to a temporary file beside it, and `commit` makes them durable
 * and renames it over the target. Leaving the scope without a commit removes the temporary file.
 *
 *     await using file = await AtomicFile.create(path)
 *     await file.write(bytes)
 *     await file.commit()
 *
 * @throws CryptoError IO that names the path and the system's reason
 */
export class AtomicFile implements AsyncDisposable {
  readonly #path: string
  readonly #temporary: string
  #handle: FileHandle | undefined

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.#path = path
    this.#temporary = temporary
    this.#handle = handle
  }

  static async create(path: string, { mode = 0o600 }: AtomicFileOptions = {}): Promise<AtomicFile> {
    const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
    const handle = await guardIo(path, () => open(temporary, 'wx', mode))
    return new AtomicFile(path, temporary, handle)
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    const handle = this.#open()
    await guardIo(this.#path, () => handle.writeFile(bytes))
  }

  /** When this resolves, the whole file is on disk under its name. */
  async commit(): Promise<void> {
    const handle = this.#open()
    await guardIo(this.#path, async () => {
      await handle.sync()
      await handle.close()
      await rename(this.#temporary, this.#path)
      this.#handle = undefined
      await syncDirectory(dirname(this.#path))
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#handle) return
    await this.#handle.close().catch(() => undefined)
    this.#handle = undefined
    await rm(this.#temporary, { force: true })
  }

  #open(): FileHandle {
    if (!this.#handle) throw new CryptoError('CLOSED', `"${this.#path}" was already written`)
    return this.#handle
  }
}

/** Writes a file whole or not at all, durably. */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array | string,
  options?: AtomicFileOptions,
): Promise<void> {
  await using file = await AtomicFile.create(path, options)
  await file.write(content)
  await file.commit()
}

/** Makes the names in a directory durable, on systems that can. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Turns a file system's error into a CryptoError IO that names the path. */
export async function guardIo<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (CryptoError.is(cause)) throw cause
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
    throw new CryptoError('IO', `Cannot write "${path}" (${reason})`, { cause, reason })
  }
}
