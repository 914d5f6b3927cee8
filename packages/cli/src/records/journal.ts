import { createHash } from 'node:crypto'
import { type FileHandle, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

/** How far work has come: what was written up to here is on disk. */
export interface Checkpoint<State> {
  /** Bytes of rows, and of the report. */
  readonly written: number
  readonly reported: number
  readonly state: State
  /** The file is whole and only has to get its name. */
  readonly isWhole?: boolean
}

/** What a stopped job must have in common with this one, to be gone on with. */
export type Job = Readonly<Record<string, unknown>>

/** A file of lines: the first names the job, each further one is a checkpoint. */
export class Journal<State> {
  readonly #handle: FileHandle

  private constructor(handle: FileHandle) {
    this.#handle = handle
  }

  /** The last checkpoint of the same job; a line that was cut off is none. */
  static async read<State>(folder: string, job: Job): Promise<Checkpoint<State> | undefined> {
    const text = await readFile(join(folder, NAME), 'utf8').catch(() => '')
    const [first = '', ...lines] = text.split('\n').slice(0, -1)
    if (parse<{ job: string }>(first)?.job !== digestOf(job)) return undefined
    return lines.map((line) => parse<Checkpoint<State>>(line)).findLast((each) => each !== undefined)
  }

  /** Begins anew with what is known. */
  static async create<State>(folder: string, job: Job, checkpoint?: Checkpoint<State>): Promise<Journal<State>> {
    const path = join(folder, NAME)
    const handle = await open(`${path}.new`, 'w', 0o600)
    const lines = [{ job: digestOf(job) }, ...(checkpoint ? [checkpoint] : [])]
    await handle.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    await handle.datasync()
    await rename(`${path}.new`, path)
    return new Journal(handle)
  }

  async append(checkpoint: Checkpoint<State>): Promise<void> {
    await this.#handle.write(`${JSON.stringify(checkpoint)}\n`)
    if (checkpoint.isWhole) await this.#handle.datasync()
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}

const NAME = 'journal'

function digestOf(job: Job): string {
  return createHash('sha256').update(JSON.stringify(job)).digest('hex')
}

function parse<T>(line: string): T | undefined {
  try {
    return JSON.parse(line) as T
  } catch {
    return undefined
  }
}
