import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { guardIo, writeFileAtomic } from '../atomic-file.js'
import { CryptoError } from '../errors.js'
import { makeFolder } from '../make-folder.js'

/** The last line of a log at some time. */
export interface LogHead {
  readonly number: number
  /** In base64url. */
  readonly hash: string
}

/** Where a log notes its head beside itself. */
export function headPath(folder: string, log: string): string {
  return join(folder, `${log}.head`)
}

/**
 * Reads a head that a log noted; undefined if there is none.
 *
 * @throws CryptoError STORE_DAMAGED if it is no head of this log, IO
 */
export async function readHead(path: string, log: string): Promise<LogHead | undefined> {
  const text = await guardIo(path, () => readFile(path, 'utf8'), 'read').catch(passOverMissing)
  if (text === undefined) return undefined
  const head = parseHead(text)
  if (head?.log === log) return { number: head.number, hash: head.hash }
  throw new CryptoError('STORE_DAMAGED', `"${path}" is not a head of the log "${log}"`)
}

/** Notes how far a log has come, at most once in a while: that its end was cut off shows against that. */
export class HeadNotes implements AsyncDisposable {
  readonly #log: string
  readonly #paths: readonly string[]
  readonly #current: () => LogHead
  readonly #onTrouble: (error: unknown) => void
  #hasTrouble = false
  #noted: LogHead | undefined
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<boolean> | undefined

  /** @param onTrouble told when a head cannot be written, once until it can again */
  constructor(
    log: string,
    paths: readonly string[],
    current: () => LogHead,
    onTrouble: (error: unknown) => void = () => undefined,
  ) {
    this.#log = log
    this.#paths = paths
    this.#current = current
    this.#onTrouble = onTrouble
  }

  /** The last one that stands in every place. */
  get noted(): LogHead | undefined {
    return this.#noted
  }

  /** Says that the log has grown. */
  grown(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.write()
    }, NOTE_MS).unref()
  }

  /** Notes the head now. Gives whether it stands in every place; where it could not be written it is tried again. */
  async write(): Promise<boolean> {
    while (this.#writing) await this.#writing
    const head = this.#current()
    if (head.number < 0 || head.hash === this.#noted?.hash) return true
    this.#writing = this.#writeAll(head).finally(() => {
      this.#writing = undefined
    })
    return this.#writing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer)
    await this.write()
    clearTimeout(this.#timer)
  }

  async #writeAll(head: LogHead): Promise<boolean> {
    const text = `${JSON.stringify({ log: this.#log, ...head, time: new Date().toISOString() })}\n`
    const written = await Promise.allSettled(this.#paths.map((path) => writeFileAtomic(path, text)))
    const failed = written.find((result) => result.status === 'rejected')
    if (failed && !this.#hasTrouble) this.#onTrouble(failed.reason)
    this.#hasTrouble = failed !== undefined
    if (!failed) this.#noted = head
    else this.grown()
    return !failed
  }
}

/** Makes the folder of a head that is kept elsewhere. */
export async function makeHeadFolder(path: string): Promise<void> {
  await guardIo(path, () => makeFolder(dirname(path)))
}

const NOTE_MS = 1_000

function parseHead(text: string): (LogHead & { readonly log: unknown }) | undefined {
  try {
    const { log, number, hash } = JSON.parse(text)
    return Number.isSafeInteger(number) && typeof hash === 'string' ? { log, number, hash } : undefined
  } catch {
    return undefined
  }
}

function passOverMissing(error: unknown): undefined {
  if (!CryptoError.is(error) || error.reason !== 'ENOENT') throw error
}
