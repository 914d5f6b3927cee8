import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CryptoError } from '@parasol/core'
import { guardIo, makeFolder, writeFileAtomic } from '@parasol/core/files'
import { waitForLock } from './ring-lock.js'

/** Where a key ring keeps its files. Paths are relative, with slashes. */
export interface KeyFiles {
  /** Undefined if there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>
  /** Whole or not at all. */
  write(path: string, content: Uint8Array): Promise<void>
  /** Nothing happens if there is no such file. */
  remove(path: string): Promise<void>
  /** What changes whenever the file does; undefined if it is not there, or that cannot be told. */
  stamp(path: string): Promise<string | undefined>
  /** The paths of all files below a folder; none if there is no such folder. */
  list(folder: string): Promise<readonly string[]>
  /** Does some work while no other process does work of its own in these files. @throws CryptoError LOCKED */
  exclusively<T>(work: () => Promise<T>): Promise<T>
  /** For messages: which ring this is. */
  describe(path: string): string
}

/** Files in a folder that is made with the first of them; files of mode 0600 in folders of mode 0700. */
export class FolderKeyFiles implements KeyFiles {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return unlessMissing(this.describe(path), () => readFile(join(this.#folder, path)))
  }

  async stamp(path: string): Promise<string | undefined> {
    const found = await unlessMissing(this.describe(path), () => stat(join(this.#folder, path), { bigint: true }))
    // A file that was replaced is another one, of the same size and in the same moment too.
    return found && [found.size, found.mtimeNs, found.ctimeNs, found.ino].join('-')
  }

  async write(path: string, content: Uint8Array): Promise<void> {
    const target = join(this.#folder, path)
    await guardIo(target, () => makeFolder(dirname(target)))
    await writeFileAtomic(target, content, { mode: 0o600 })
  }

  async remove(path: string): Promise<void> {
    const target = join(this.#folder, path)
    await guardIo(target, () => rm(target, { force: true }))
  }

  async list(folder: string): Promise<readonly string[]> {
    const options = { recursive: true, withFileTypes: true } as const
    const entries = await unlessMissing(this.describe(folder), () => readdir(join(this.#folder, folder), options))
    const files = (entries ?? []).filter((entry) => entry.isFile())
    return files.map((entry) => join(entry.parentPath, entry.name).slice(join(this.#folder, '/').length))
  }

  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    await guardIo(this.#folder, () => makeFolder(this.#folder))
    await using _lock = await waitForLock(this.#folder)
    return await work()
  }

  describe(path: string): string {
    return join(this.#folder, path)
  }
}

/** Files in memory, for keys that come from elsewhere. */
export class MemoryKeyFiles implements KeyFiles {
  readonly #files = new Map<string, Uint8Array>()

  async read(path: string): Promise<Uint8Array | undefined> {
    return this.#files.get(path)
  }

  async stamp(): Promise<undefined> {
    return undefined
  }

  async write(path: string, content: Uint8Array): Promise<void> {
    this.#files.set(path, Uint8Array.from(content))
  }

  async remove(path: string): Promise<void> {
    this.#files.delete(path)
  }

  async list(folder: string): Promise<readonly string[]> {
    return [...this.#files.keys()].filter((path) => path.startsWith(`${folder}/`))
  }

  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return work()
  }

  describe(path: string): string {
    return `${path} in memory`
  }
}

async function unlessMissing<T>(path: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
    if (reason === 'ENOENT') return undefined
    throw new CryptoError('IO', `Cannot read "${path}" (${reason})`, { cause, reason })
  }
}
