import { constants, type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CryptoError } from '@parasol/core'
import { AtomicFile, guardIo, InputFile, makeFolder, StoreLock, syncDirectory } from '@parasol/core/files'
import { type Checkpoint, type Job, Journal } from './journal.js'
import type { RowSink } from './row-sink.js'

export interface ResumableFileOptions {
  readonly job: Job
  readonly overwrite: boolean
  /** Whether what a stopped run left is gone on with; else it is removed. */
  readonly resume: boolean
  readonly report?: string | undefined
  /** Of the file; 0600 by default. */
  readonly mode?: number | undefined
}

/**
 * A file that is written whole or not at all, in several runs of a program if it must be. Until it is whole it lies in a
 * folder beside its place, `.<name>.parasol`, with a journal that says what of it is durable. Leaving the scope without a
 * commit keeps that folder if there is a checkpoint in it; `discard` removes it.
 *
 * @throws CryptoError IO, EEXIST for a file that is not to be replaced; LOCKED if another process writes it
 */
export class ResumableFile<State> implements RowSink<State> {
  readonly #path: string
  readonly #options: ResumableFileOptions
  readonly #parts: Parts<State>
  #checkpoint: Checkpoint<State> | undefined
  #written: number
  #reported: number
  #isOpen = true

  private constructor(path: string, options: ResumableFileOptions, parts: Parts<State>) {
    this.#path = path
    this.#options = options
    this.#parts = parts
    this.#checkpoint = parts.checkpoint
    this.#written = parts.checkpoint?.written ?? 0
    this.#reported = parts.checkpoint?.reported ?? 0
  }

  static async open<State>(path: string, options: ResumableFileOptions): Promise<RowSink<State>> {
    const folder = join(dirname(path), `.${basename(path)}.parasol`)
    const isNew = (await identify(folder)) === undefined
    if (isNew && !options.overwrite) await refuseExisting(path)
    await guardIo(path, () => makeFolder(folder))
    await requireOwnFolder(folder)
    // Nobody else changes what is looked at from here on.
    const lock = await StoreLock.acquire(folder)
    try {
      return await ResumableFile.#openLocked<State>(path, folder, lock, options)
    } catch (error) {
      await lock[Symbol.asyncDispose]()
      if (isNew) await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  static async #openLocked<State>(
    path: string,
    folder: string,
    lock: StoreLock,
    options: ResumableFileOptions,
  ): Promise<RowSink<State>> {
    const found = options.resume ? await findCheckpoint<State>(path, folder, options.job) : undefined
    if (found?.isMoved) return finished(found.checkpoint, folder, lock)
    if (!options.overwrite) await refuseExisting(path)
    const checkpoint = found?.checkpoint
    const parts = await guardIo(path, () => openParts(folder, options.job, checkpoint))
    return new ResumableFile<State>(path, options, { ...parts, lock, folder, checkpoint })
  }

  get resumed(): State | undefined {
    return this.#checkpoint?.state
  }

  get canGoOn(): boolean {
    return this.#options.resume && this.#checkpoint !== undefined
  }

  get isWhole(): boolean {
    return this.#checkpoint?.isWhole === true
  }

  async write(bytes: Uint8Array): Promise<void> {
    await guardIo(this.#path, () => writeAll(this.#parts.rows, bytes, this.#written))
    this.#written += bytes.length
  }

  async report(bytes: Uint8Array): Promise<void> {
    await guardIo(this.#path, () => writeAll(this.#parts.report, bytes, this.#reported))
    this.#reported += bytes.length
  }

  async save(state: State): Promise<void> {
    await this.#save({ written: this.#written, reported: this.#reported, state })
  }

  async commit(state: State): Promise<void> {
    if (!this.isWhole) {
      await this.#save({ written: this.#written, reported: this.#reported, state, isWhole: true })
    }
    await this.#publishReport()
    await guardIo(this.#path, async () => {
      await this.#parts.rows.chmod(this.#options.mode ?? 0o600)
      await moveTo(join(this.#parts.folder, ROWS), this.#path, this.#options.overwrite)
      await syncDirectory(dirname(this.#path))
    })
    await this.discard()
  }

  async discard(): Promise<void> {
    await this.#close()
    await rm(this.#parts.folder, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return
    if (this.#checkpoint) await this.#close()
    else await this.discard()
  }

  /** Makes what was written durable, and only then says so. */
  async #save(checkpoint: Checkpoint<State>): Promise<void> {
    await guardIo(this.#path, async () => {
      await this.#parts.rows.datasync()
      await this.#parts.report.datasync()
      await this.#parts.journal.append(checkpoint)
    })
    this.#checkpoint = checkpoint
  }

  async #publishReport(): Promise<void> {
    if (this.#options.report === undefined) return
    await using source = await InputFile.open(join(this.#parts.folder, REPORT))
    await using target = await AtomicFile.create(this.#options.report)
    for await (const chunk of source.chunks()) await target.write(chunk)
    await target.commit()
  }

  async #close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    const { rows, report, journal, lock } = this.#parts
    await rows.close()
    await report.close()
    await journal.close()
    await lock[Symbol.asyncDispose]()
  }
}

function finished<State>({ state }: Checkpoint<State>, folder: string, lock: StoreLock): RowSink<State> {
  const remove = async (): Promise<void> => {
    await lock[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  }
  const nothing = async (): Promise<void> => undefined
  return {
    resumed: state,
    canGoOn: true,
    isWhole: true,
    write: nothing,
    report: nothing,
    save: nothing,
    commit: remove,
    discard: remove,
    [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose](),
  }
}

interface Parts<State> {
  readonly folder: string
  readonly lock: StoreLock
  readonly rows: FileHandle
  readonly report: FileHandle
  readonly journal: Journal<State>
  readonly checkpoint: Checkpoint<State> | undefined
}

const ROWS = 'rows'
const REPORT = 'report'

/** Where a stopped run of the same job was, if what its journal speaks of is there. */
async function findCheckpoint<State>(path: string, folder: string, job: Job): Promise<Found<State> | undefined> {
  const checkpoint = await Journal.read<State>(folder, job)
  if (!checkpoint) return undefined
  const [rows, target] = [await identify(join(folder, ROWS)), await identify(path)]
  if (checkpoint.isWhole && target) {
    // It was stopped after the file had got its name, and before the folder was removed.
    const isMoved = rows ? rows.id === target.id : target.size === checkpoint.written
    if (isMoved) return { checkpoint, isMoved }
  }
  return rows && rows.size >= checkpoint.written ? { checkpoint, isMoved: false } : undefined
}

interface Found<State> {
  readonly checkpoint: Checkpoint<State>
  readonly isMoved: boolean
}

async function openParts<State>(folder: string, job: Job, checkpoint: Checkpoint<State> | undefined) {
  const rows = await openAt(join(folder, ROWS), checkpoint?.written ?? 0)
  const report = await openAt(join(folder, REPORT), checkpoint?.reported ?? 0)
  return { rows, report, journal: await Journal.create(folder, job, checkpoint) }
}

async function refuseExisting(path: string): Promise<void> {
  if (!(await identify(path))) return
  throw new CryptoError('IO', `"${path}" already exists`, { reason: 'EEXIST' })
}

/** In a folder that others share, somebody may have made one of this name before, to read or to change what is written. */
async function requireOwnFolder(folder: string): Promise<void> {
  const stats = await guardIo(folder, () => lstat(folder))
  const isOurs = process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o077) === 0)
  if (stats.isDirectory() && isOurs) return
  throw new CryptoError(
    'IO',
    `"${folder}" is no folder of your own that others cannot enter: remove it, or write elsewhere`,
  )
}

/** What was written after the checkpoint is written again. */
async function openAt(path: string, length: number): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600)
  await handle.truncate(length)
  return handle
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
  }
}

/** A link, unlike a rename, never replaces a file. */
async function moveTo(from: string, to: string, overwrite: boolean): Promise<void> {
  if (overwrite) return rename(from, to)
  await link(from, to)
  await rm(from)
}

async function identify(path: string): Promise<{ readonly id: string; readonly size: number } | undefined> {
  return lstat(path).then(
    ({ dev, ino, size }) => ({ id: `${dev}:${ino}`, size }),
    () => undefined,
  )
}
