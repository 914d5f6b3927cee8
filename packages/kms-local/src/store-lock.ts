import { readFileSync } from 'node:fs'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CryptoError } from '@parasol/core'

/**
 * Keeps a second process out of a store. The lock is a file that names the process which holds it; a lock whose process
 * is gone is taken over.
 */
export class StoreLock implements AsyncDisposable {
  readonly #path: string
  readonly #owner: string

  private constructor(path: string, owner: string) {
    this.#path = path
    this.#owner = owner
  }

  /** @throws CryptoError LOCKED that names the process */
  static async acquire(folder: string): Promise<StoreLock> {
    const path = join(folder, 'lock')
    const owner = JSON.stringify({ pid: process.pid, started: startTime(process.pid) })
    for (let attempt = 0; attempt < 3; attempt++) {
      if (await create(path, owner)) return new StoreLock(path, owner)
      const holder = await readHolder(path)
      if (holder === undefined) continue
      if (isAlive(holder)) throw locked(folder, holder)
      await removeStale(path, holder)
    }
    throw new CryptoError('LOCKED', `The store "${folder}" is being opened by other processes: try again`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if ((await readHolder(this.#path)) === this.#owner) await rm(this.#path, { force: true })
  }
}

/** The file appears under its name with its content, so that nobody reads a lock which is half written. */
async function create(path: string, owner: string): Promise<boolean> {
  const temporary = `${path}.${process.pid}.new`
  try {
    await writeFile(temporary, owner, { mode: 0o600 })
    await link(temporary, path)
    return true
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    throw new CryptoError('IO', `Cannot write "${path}" (${code})`, { cause })
  } finally {
    await rm(temporary, { force: true })
  }
}

async function readHolder(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}

/** Moves the stale lock away first, so that of two processes which see it only one removes it. */
async function removeStale(path: string, holder: string): Promise<void> {
  const away = `${path}.${process.pid}`
  await rename(path, away).catch(() => undefined)
  const moved = await readHolder(away)
  if (moved !== undefined && moved !== holder) await rename(away, path)
  await rm(away, { force: true })
}

function isAlive(holder: string): boolean {
  const { pid, started } = parseHolder(holder)
  if (pid === undefined) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return started === '' || startTime(pid) === '' || startTime(pid) === started
}

function parseHolder(holder: string): { pid?: number; started: string } {
  try {
    const { pid, started } = JSON.parse(holder)
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, started: String(started) } : { started: '' }
  } catch {
    return { started: '' }
  }
}

/** Tells a process from a later one with the same number, on systems with /proc; elsewhere empty. */
function startTime(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return fields.slice(fields.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

function locked(folder: string, holder: string): CryptoError {
  const { pid } = parseHolder(holder)
  return new CryptoError('LOCKED', `The store "${folder}" is open in process ${pid}: end it, or talk to it over HTTP`)
}
