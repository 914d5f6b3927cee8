import { type CipherOCBTypes, createDecipheriv } from 'node:crypto'
import { decryptionFailed, giveBack } from '@parasol/core'
import type { AuthenticatedForm, ChunkKey } from './authenticated-form.js'
import type { ByteReader } from './byte-reader.js'
import { PIECE_BYTES } from './piece-bytes.js'

const TAG_BYTES = 16

/**
 * The packets in authenticated data, in pieces that are valid until the next one is asked for. Each is authenticated by
 * itself; that none is missing at the end is certain only when the iteration has ended without an error.
 *
 * @param sessionKeys at most one of them is right: the one that the first chunk opens with
 */
export async function* openChunks(
  form: AuthenticatedForm,
  sessionKeys: readonly Uint8Array[],
  body: ByteReader,
): AsyncGenerator<Uint8Array> {
  const chunks = new ChunkSource(body, form.chunkBytes)
  using plain = new Batch(Math.max(PIECE_BYTES, form.chunkBytes))
  const first = await chunks.next()
  using key = first && findKey(form, sessionKeys, first, plain)
  if (!first || !key) throw decryptionFailed()
  let index = 1
  for (let chunk = await chunks.next(); chunk; chunk = await chunks.next()) {
    if (!plain.hasRoom(form.chunkBytes)) yield plain.take()
    if (!openChunk(key, index++, chunk, plain)) throw decryptionFailed()
  }
  if (!open(key, index, chunks.end(), chunks.total)) throw decryptionFailed()
  yield plain.take()
}

/** Cuts a body into chunks with their tags, and a last tag. */
class ChunkSource {
  total = 0
  readonly #body: ByteReader
  readonly #memory: Buffer
  #start = 0
  #filled = 0
  #first = true

  constructor(body: ByteReader, chunkBytes: number) {
    this.#body = body
    this.#memory = Buffer.allocUnsafeSlow(chunkBytes + 2 * TAG_BYTES)
  }

  /** Valid until the next is asked for; undefined if only the last tag is left. */
  async next(): Promise<Uint8Array | undefined> {
    this.#memory.copyWithin(0, this.#start, this.#filled)
    this.#filled -= this.#start
    while (this.#filled < this.#memory.length && !(await this.#body.atEnd())) {
      this.#filled += await this.#body.readInto(this.#memory.subarray(this.#filled))
    }
    this.#start = Math.max(0, this.#filled - TAG_BYTES)
    if (this.#start === 0 && !this.#first) return undefined
    if (this.#start < TAG_BYTES) throw decryptionFailed()
    this.#first = false
    this.total += this.#start - TAG_BYTES
    return this.#memory.subarray(0, this.#start)
  }

  end(): Uint8Array {
    return this.#memory.subarray(this.#start, this.#filled)
  }
}

/** Plaintext of chunks that may be small. */
class Batch implements Disposable {
  readonly #memory: Buffer
  #filled = 0

  constructor(length: number) {
    this.#memory = Buffer.allocUnsafeSlow(length)
  }

  hasRoom(length: number): boolean {
    return this.#filled + length <= this.#memory.length
  }

  add(plaintext: Uint8Array): void {
    this.#memory.set(plaintext, this.#filled)
    this.#filled += plaintext.length
  }

  /** Valid until the next is added. */
  take(): Uint8Array {
    const taken = this.#memory.subarray(0, this.#filled)
    this.#filled = 0
    return taken
  }

  [Symbol.dispose](): void {
    this.#memory.fill(0)
  }
}

function findKey(
  form: AuthenticatedForm,
  sessionKeys: readonly Uint8Array[],
  chunk: Uint8Array,
  plain: Batch,
): ChunkKey | undefined {
  for (const sessionKey of sessionKeys) {
    const key = form.unlock(sessionKey)
    if (key && openChunk(key, 0, chunk, plain)) return key
    key?.[Symbol.dispose]()
  }
  return undefined
}

function openChunk(key: ChunkKey, index: number, chunk: Uint8Array, plain: Batch): boolean {
  const opened = open(key, index, chunk)
  for (const part of opened ?? []) {
    plain.add(part)
    part.fill(0)
    giveBack(part)
  }
  return opened !== undefined
}

/** Undefined for what is not authentic. */
function open(key: ChunkKey, index: number, sealed: Uint8Array, total?: number): readonly Buffer[] | undefined {
  const tagAt = sealed.length - TAG_BYTES
  // The types tell the two modes apart, and node:crypto does not.
  const algorithm = key.algorithm as CipherOCBTypes
  const decipher = createDecipheriv(algorithm, key.key, key.nonce(index), { authTagLength: TAG_BYTES })
  decipher.setAAD(key.associated(index, total), { plaintextLength: tagAt }).setAuthTag(sealed.subarray(tagAt))
  const plaintext = decipher.update(sealed.subarray(0, tagAt))
  try {
    return [plaintext, decipher.final()]
  } catch {
    plaintext.fill(0)
    return undefined
  }
}
