import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { type FileHandle, open, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CryptoError } from '@parasol/core'
import { guardIo, syncDirectory, writeFileAtomic } from '@parasol/core/files'
import { eraseFormer, keepForErasure } from './log-erasure.js'
import {
  FRAME_HEADER_BYTES,
  type FrameHeader,
  findFrame,
  isTornTail,
  mendFrameHeader,
  writeFrameHeader,
} from './log-frame.js'

const NONCE_BYTES = 12
const TAG_BYTES = 16
/** What a record costs beside its content. */
export const RECORD_OVERHEAD = NONCE_BYTES + TAG_BYTES

/** What the first record of a log that was rewritten is about: that the log begins at its number. */
const BEGINNING = '00000000-0000-0000-0000-000000000000'

/** A part of the log that does not open. */
export interface Damage {
  /** Of the record within the file, in bytes. */
  readonly offset: number
  /** Its number, from 0. */
  readonly sequence: number
  /** What the record is about, if that can still be read. */
  readonly entity: string | undefined
}

export interface LogOptions {
  readonly path: string
  /** 32 bytes; the log uses it until it is closed and leaves it to its owner to zero it. */
  readonly key: Uint8Array
  /** What records that are there may be sealed by beside it; they are read, and none is written. Its owner's too. */
  readonly formerKey?: Uint8Array | undefined
  /** Bound to every record, so that a record of another store does not open here. */
  readonly storeId: string
}

/**
 * An append-only file of sealed records: a log rather than a database, because a key store is small, wants each change
 * durable before it is acknowledged, and needs no native code for that.
 *
 * Each record is a frame: a header (`log-frame.ts`) and nonce, AES-256-GCM ciphertext, tag; the AAD is the store's id
 * and the header, which holds the sequence number. So records can be neither changed, moved, repeated nor left out;
 * only the log's end can be cut at a record, which nothing inside the file can show. A log that was rewritten goes on
 * counting, so that no record from before fits into it.
 */
export class SealedLog implements AsyncDisposable {
  #options: LogOptions
  #handle: FileHandle
  #end: number
  #sequence: number
  #queue: Promise<unknown> = Promise.resolve()
  #usable = true
  /** Whether a failed write has left something behind the end. */
  #torn = false
  readonly damage: readonly Damage[]

  private constructor(options: LogOptions, handle: FileHandle, end: number, sequence: number, damage: Damage[]) {
    this.#options = options
    this.#handle = handle
    this.#end = end
    this.#sequence = sequence
    this.damage = damage
  }

  /**
   * Opens the log, or makes an empty one, and gives each record to `replay` in order; the content is zeroed when that
   * returns. A last record that was never written whole was never acknowledged and is cut off.
   */
  static async open(options: LogOptions, replay: (entity: string, content: Uint8Array) => void): Promise<SealedLog> {
    const handle = await openFile(options.path)
    try {
      const file = await handle.readFile()
      const { end, sequence, damage } = readRecords(options, file, replay)
      if (end < file.length) {
        await handle.truncate(end)
        await handle.datasync()
      }
      await syncDirectory(dirname(options.path))
      await eraseFormer(options.path)
      return new SealedLog(options, handle, end, sequence, damage)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Gives each record of a log to `replay`, as `open` does, and changes nothing: also while another process has it open. */
  static async read(options: LogOptions, replay: (entity: string, content: Uint8Array) => void): Promise<Damage[]> {
    const file = await guardIo(options.path, () => readFile(options.path), 'read')
    return readRecords(options, file, replay).damage
  }

  /** Resolves when the record is on disk. @throws CryptoError IO, after which the log is as it was before */
  append(entity: string, content: Uint8Array): Promise<void> {
    return this.#inTurn(() => this.#append(entity, content))
  }

  /**
   * Puts other records in the place of all, whole or not at all, and overwrites the file that held the former ones.
   *
   * @throws CryptoError IO, after which the log is as it was before
   */
  rewrite(records: readonly (readonly [entity: string, content: Uint8Array])[]): Promise<void> {
    return this.#inTurn(() => this.#rewrite(records))
  }

  /** Seals by another key from now on; what is there opens by the one before until it is rewritten. */
  useKey(key: Uint8Array): void {
    this.#options = { ...this.#options, key, formerKey: this.#options.key }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue
    await this.#handle.close()
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work)
    this.#queue = done.catch(() => undefined)
    return done
  }

  async #rewrite(records: readonly (readonly [entity: string, content: Uint8Array])[]): Promise<void> {
    const { path } = this.#options
    const frames = [[BEGINNING, new Uint8Array()] as const, ...records].map(([entity, content], index) =>
      seal(
        this.#options,
        { sequence: this.#sequence + index, entity, length: content.length + RECORD_OVERHEAD },
        content,
      ),
    )
    const file = Buffer.concat(frames)
    await this.#replace(file)
    this.#end = file.length
    this.#sequence += frames.length
    // What fails here is done when the log is next opened or rewritten.
    await eraseFormer(path).catch(() => undefined)
  }

  async #replace(file: Buffer): Promise<void> {
    const { path } = this.#options
    this.#usable = false
    try {
      await guardIo(path, () => keepForErasure(path))
      await writeFileAtomic(path, file)
    } catch (error) {
      const [ours, current] = await Promise.all([this.#handle.stat(), stat(path)])
      this.#usable = ours.ino === current.ino
      throw error
    }
    await this.#handle.close()
    this.#handle = await openFile(path)
    this.#usable = true
    this.#torn = false
  }

  async #append(entity: string, content: Uint8Array): Promise<void> {
    if (!this.#usable) throw new CryptoError('IO', `"${this.#options.path}" could not be mended after a failed write`)
    await this.#mend()
    const frame = seal(
      this.#options,
      { sequence: this.#sequence, entity, length: content.length + RECORD_OVERHEAD },
      content,
    )
    try {
      await this.#handle.writeFile(frame)
      await this.#handle.datasync()
    } catch (cause) {
      this.#torn = true
      await this.#mend().catch(() => undefined)
      const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
      throw new CryptoError('IO', `Cannot write "${this.#options.path}" (${reason})`, { cause, reason })
    }
    this.#end += frame.length
    this.#sequence += 1
  }

  /** Cuts off what a failed write has left: at once, or before the next write if the disk allows nothing now. */
  async #mend(): Promise<void> {
    if (!this.#torn) return
    await guardIo(this.#options.path, () => this.#handle.truncate(this.#end))
    this.#torn = false
  }
}

function readRecords(options: LogOptions, file: Buffer, replay: (entity: string, content: Uint8Array) => void) {
  const damage: Damage[] = []
  let end = 0
  let sequence = 0
  while (end < file.length) {
    const frame = findFrame(file, end, sequence)
    if (!frame) {
      if (!isTornTail(file, end, sequence)) damage.push(lost(file, end, sequence))
      break
    }
    const isBeginning = frame.entity === BEGINNING
    const begins = isBeginning && frame.offset === 0
    if (frame.offset > end || (frame.sequence > sequence && !begins)) damage.push(lost(file, end, sequence))
    const content = unseal(options, frame, file)
    const frameEnd = frame.offset + FRAME_HEADER_BYTES + frame.length
    if (!content && frameEnd === file.length && endsInZeros(file)) break
    if (!content || isBeginning !== begins) {
      damage.push({ offset: frame.offset, sequence: frame.sequence, entity: frame.entity })
    } else if (!begins) replay(frame.entity, content)
    content?.fill(0)
    end = frameEnd
    sequence = frame.sequence + 1
  }
  return { end: damage.length > 0 ? file.length : end, sequence, damage }
}

function openFile(path: string): Promise<FileHandle> {
  return open(path, 'a+', 0o600).catch((cause: NodeJS.ErrnoException) => {
    throw new CryptoError('IO', `Cannot open "${path}" (${cause.code})`, { cause })
  })
}

/** The file had grown before the last part of its last record reached the disk. */
function endsInZeros(file: Buffer): boolean {
  return file.subarray(-TAG_BYTES).every((byte) => byte === 0)
}

/** What is missing where the next record should be. */
function lost(file: Buffer, offset: number, sequence: number): Damage {
  const mended = mendFrameHeader(file, offset)
  return { offset, sequence, entity: mended?.sequence === sequence ? mended.entity : undefined }
}

function seal({ key, storeId }: LogOptions, header: FrameHeader, content: Uint8Array): Buffer {
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + header.length)
  writeFrameHeader(frame, header)
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(associatedData(storeId, frame))
  const sealed = Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()])
  frame.set(sealed, FRAME_HEADER_BYTES)
  return frame
}

function unseal(options: LogOptions, frame: FrameHeader & { offset: number }, file: Buffer): Buffer | undefined {
  const bytes = file.subarray(frame.offset, frame.offset + FRAME_HEADER_BYTES + frame.length)
  const content = unsealBy(options.key, options.storeId, bytes)
  return content ?? (options.formerKey && unsealBy(options.formerKey, options.storeId, bytes))
}

function unsealBy(key: Uint8Array, storeId: string, bytes: Buffer): Buffer | undefined {
  const nonce = bytes.subarray(FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(associatedData(storeId, bytes)).setAuthTag(bytes.subarray(-TAG_BYTES))
  const content = decipher.update(bytes.subarray(FRAME_HEADER_BYTES + NONCE_BYTES, -TAG_BYTES))
  try {
    decipher.final()
    return content
  } catch {
    content.fill(0)
    return undefined
  }
}

function associatedData(storeId: string, frame: Buffer): Buffer {
  return Buffer.concat([Buffer.from(storeId), frame.subarray(0, FRAME_HEADER_BYTES)])
}
