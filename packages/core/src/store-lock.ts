import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { CryptoError } from './errors.js'

/**
 * Keeps a second process out of a store. The lock is a file that names the process which holds it; a lock whose process
 * is gone is taken over. A process of another host cannot be looked for, so its lock stays until someone removes it.
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
    const owner = JSON.stringify({ pid: process.pid, started: startTime(process.pid), host: hostname() })
    for (let attempt = 0; attempt < 3; attempt++) {
      if (await create(path, owner)) return new StoreLock(path, owner)
      const holder = await readHolder(path)
      if (holder === undefined) continue
      if (isAlive(holder)) throw locked(folder, holder)
      await removeStale(path, holder, owner)
    }
    throw new CryptoError('LOCKED', `The store "${folder}" is being opened by other processes: try again`)
  }

  /** Takes the lock again if its file is gone, as when the folder was emptied. @throws CryptoError LOCKED, IO */
  async renew(): Promise<void> {
    if (await create(this.#path, this.#owner)) return
    const holder = await readHolder(this.#path)
    if (holder !== this.#owner) throw locked(dirname(this.#path), holder ?? this.#owner)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if ((await readHolder(this.#path)) === this.#owner) await rm(this.#path, { force: true })
  }
}

/** The file appears under its name with its content, so that nobody reads a lock which is half written. */
async function create(path: string, owner: string): Promise<boolean> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`
  try {
    await writeFile(temporary, owner, { mode: 0o600 })
    await link(temporary, path)
    return true
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    throw new CryptoError('IO', `Cannot write "${path}" (${code})`, { cause, ...(code ? { reason: code } : {}) })
  } finally {
    // Where it could not be written, it may not be possible to look for it either.
    await rm(temporary, { force: true }).catch(() => undefined)
  }
}

async function readHolder(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}

/**
 * One process at a time removes a stale lock, and looks again before it does: of two that saw the stale one, the slower
 * would else remove the lock that the faster has made since.
 */
async function removeStale(path: string, holder: string, owner: string): Promise<void> {
  const takeover = `${path}.takeover`
  if (!(await create(takeover, owner))) {
    const other = await readHolder(takeover)
    if (other !== undefined && !isAlive(other)) await rm(takeover, { force: true })
    return
  }
  try {
    if ((await readHolder(path)) === holder) await rm(path, { force: true })
  } finally {
    await rm(takeover, { force: true })
  }
}

interface Holder {
  readonly pid: number
  readonly started: string
  readonly host: string
}

function isAlive(text: string): boolean {
  const holder = parseHolder(text)
  if (!holder) return false
  if (holder.host !== hostname()) return true
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const started = startTime(holder.pid)
  return holder.started === '' || started === '' || started === holder.started
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, started, host } = JSON.parse(text)
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, started: String(started), host: String(host) } : undefined
  } catch {
    return undefined
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

function locked(folder: string, text: string): CryptoError {
  const { pid, host } = parseHolder(text) as Holder
  const message =
    host === hostname()
      ? `The store "${folder}" is open in process ${pid}: end it, or talk to it over HTTP`
      : `The store "${folder}" is open in process ${pid} of host "${host}": if that is gone, remove its file "lock"`
  return new CryptoError('LOCKED', message)
}
