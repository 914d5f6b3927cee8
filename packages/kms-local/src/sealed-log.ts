import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CryptoError } from '@parasol/core'
import { syncDirectory } from '@parasol/core/files'
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
  /** Bound to every record, so that a record of another store does not open here. */
  readonly storeId: string
}

/**
 * An append-only file of sealed records: a log rather than a database, because a key store is small, wants each change
 * durable before it is acknowledged, and needs no native code for that.
 *
 * Each record is a frame: a header (`log-frame.ts`) and nonce, AES-256-GCM ciphertext, tag; the AAD is the store's id
 * and the header, which holds the sequence number. So records can be neither changed, moved, repeated nor left out;
 * only the log's end can be cut at a record, which nothing inside the file can show.
 */
export class SealedLog implements AsyncDisposable {
  readonly #options: LogOptions
  readonly #handle: FileHandle
  #end: number
  #sequence: number
  #queue: Promise<unknown> = Promise.resolve()
  #usable = true
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
    const handle = await open(options.path, 'a+', 0o600).catch((cause: NodeJS.ErrnoException) => {
      throw new CryptoError('IO', `Cannot open "${options.path}" (${cause.code})`, { cause })
    })
    try {
      const file = await handle.readFile()
      const { end, sequence, damage } = readRecords(options, file, replay)
      if (end < file.length) {
        await handle.truncate(end)
        await handle.datasync()
      }
      await syncDirectory(dirname(options.path))
      return new SealedLog(options, handle, end, sequence, damage)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Resolves when the record is on disk. @throws CryptoError IO, after which the log is as it was before */
  append(entity: string, content: Uint8Array): Promise<void> {
    const appended = this.#queue.then(() => this.#append(entity, content))
    this.#queue = appended.catch(() => undefined)
    return appended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue
    await this.#handle.close()
  }

  async #append(entity: string, content: Uint8Array): Promise<void> {
    if (!this.#usable) throw new CryptoError('IO', `"${this.#options.path}" could not be mended after a failed write`)
    const frame = seal(
      this.#options,
      { sequence: this.#sequence, entity, length: content.length + RECORD_OVERHEAD },
      content,
    )
    try {
      await this.#handle.writeFile(frame)
      await this.#handle.datasync()
    } catch (cause) {
      this.#usable = await this.#handle.truncate(this.#end).then(
        () => true,
        () => false,
      )
      const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
      throw new CryptoError('IO', `Cannot write "${this.#options.path}" (${reason})`, { cause, reason })
    }
    this.#end += frame.length
    this.#sequence += 1
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
    if (frame.offset > end || frame.sequence > sequence) damage.push(lost(file, end, sequence))
    const content = unseal(options, frame, file)
    const frameEnd = frame.offset + FRAME_HEADER_BYTES + frame.length
    if (content) {
      replay(frame.entity, content)
      content.fill(0)
    } else if (frameEnd === file.length && file.subarray(-TAG_BYTES).every((byte) => byte === 0)) {
      // The file had grown before the record's last part reached the disk.
      break
    } else {
      damage.push({ offset: frame.offset, sequence: frame.sequence, entity: frame.entity })
    }
    end = frameEnd
    sequence = frame.sequence + 1
  }
  return { end: damage.length > 0 ? file.length : end, sequence, damage }
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

function unseal(
  { key, storeId }: LogOptions,
  frame: FrameHeader & { offset: number },
  file: Buffer,
): Buffer | undefined {
  const bytes = file.subarray(frame.offset, frame.offset + FRAME_HEADER_BYTES + frame.length)
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
