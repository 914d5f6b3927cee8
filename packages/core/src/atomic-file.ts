import { randomBytes } from 'node:crypto'
import { type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CryptoError } from './errors.js'

export interface AtomicFileOptions {
  /** File mode; 0o600 by default. */
  readonly mode?: number
  /** Whether a file of that name is replaced; true by default. If not, it makes the commit fail, whenever it came. */
  readonly overwrite?: boolean
}

/**
 * A file that is written whole or not at all: bytes go to a temporary file beside it, and `commit` makes them durable
 * and renames it over the target. Leaving the scope without a commit removes the temporary file.
 *
 *     await using file = await AtomicFile.create(path)
 *     await file.write(bytes)
 *     await file.commit()
 *
 * @throws CryptoError IO that names the path and the system's reason, EEXIST for a file that is not to be replaced
 */
export class AtomicFile implements AsyncDisposable {
  readonly #path: string
  readonly #temporary: string
  readonly #overwrite: boolean
  #handle: FileHandle | undefined

  private constructor(path: string, temporary: string, overwrite: boolean, handle: FileHandle) {
    this.#path = path
    this.#temporary = temporary
    this.#overwrite = overwrite
    this.#handle = handle
  }

  static async create(path: string, { mode = 0o600, overwrite = true }: AtomicFileOptions = {}): Promise<AtomicFile> {
    if (!overwrite) await refuseExisting(path)
    const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
    const handle = await guardIo(path, () => open(temporary, 'wx', mode))
    return new AtomicFile(path, temporary, overwrite, handle)
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    const handle = this.#open()
    await guardIo(this.#path, () => writeAll(handle, typeof bytes === 'string' ? Buffer.from(bytes) : bytes))
  }

  /** When this resolves, the whole file is on disk under its name. */
  async commit(): Promise<void> {
    const handle = this.#open()
    await guardIo(this.#path, async () => {
      await handle.sync()
      await handle.close()
      await (this.#overwrite ? rename(this.#temporary, this.#path) : moveToNew(this.#temporary, this.#path))
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

/** As few writes as the system makes of it; `writeFile` would cut large chunks up. */
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    offset += (await handle.write(bytes, offset)).bytesWritten
  }
}

/** Turns a file system's error into a CryptoError IO that names the path. */
export async function guardIo<T>(path: string, work: () => Promise<T>, verb: 'read' | 'write' = 'write'): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (CryptoError.is(cause)) throw cause
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
    if (reason === 'EEXIST') throw alreadyExists(path, cause)
    throw new CryptoError('IO', `Cannot ${verb} "${path}" (${reason})`, { cause, reason })
  }
}

async function refuseExisting(path: string): Promise<void> {
  const exists = await lstat(path).then(
    () => true,
    () => false,
  )
  if (exists) throw alreadyExists(path)
}

const WITHOUT_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

/** A link, unlike a rename, never replaces a file. On file systems that have none, a look before has to do. */
async function moveToNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
    await rm(from)
  } catch (error) {
    if (!WITHOUT_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    await refuseExisting(to)
    await rename(from, to)
  }
}

function alreadyExists(path: string, cause?: unknown): CryptoError {
  const message = `"${path}" already exists: it is replaced only if "overwrite" is true`
  return new CryptoError('IO', message, { cause, reason: 'EEXIST' })
}
