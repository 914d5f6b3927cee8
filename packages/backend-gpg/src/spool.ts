import { createCipheriv, createDecipheriv, randomBytes, randomFillSync } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { allocateSecret, CryptoError, DATA_KEY_BYTES } from '@parasol/core'
import { PIECE_BYTES } from './piece-bytes.js'

const IV = Buffer.alloc(16)

/** What a stream yields that is authenticated at its end only: nothing before it has ended without an error. */
export async function* withhold(unverified: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  await using spool = new Spool()
  for await (const piece of unverified) await spool.write(piece)
  yield* spool.read()
}

/**
 * Holds plaintext back: the first of it in memory, and more in a file of the system's temporary folder that has no name
 * from the first moment on, encrypted under a key that nobody else ever has.
 */
class Spool implements AsyncDisposable {
  readonly #key = randomFillSync(allocateSecret(DATA_KEY_BYTES))
  readonly #cipher = createCipheriv('aes-256-ctr', this.#key, IV)
  readonly #memory = Buffer.allocUnsafeSlow(PIECE_BYTES)
  #filled = 0
  #file: FileHandle | undefined

  async write(plaintext: Uint8Array): Promise<void> {
    for (let at = 0; at < plaintext.length; ) {
      if (this.#filled === PIECE_BYTES) await this.#flush()
      const part = plaintext.subarray(at, at + PIECE_BYTES - this.#filled)
      this.#memory.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
    }
  }

  /** All that was written. */
  async *read(): AsyncGenerator<Uint8Array> {
    if (this.#file) yield* this.#readFile(this.#file)
    if (this.#filled > 0) yield Uint8Array.from(this.#memory.subarray(0, this.#filled))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#key.fill(0)
    this.#memory.fill(0)
    await this.#file?.close()
  }

  async #flush(): Promise<void> {
    const encrypted = this.#cipher.update(this.#memory.subarray(0, this.#filled))
    this.#filled = 0
    await guard(async () => {
      this.#file ??= await openNameless()
      await this.#file.writeFile(encrypted)
    })
  }

  async *#readFile(file: FileHandle): AsyncGenerator<Uint8Array> {
    const decipher = createDecipheriv('aes-256-ctr', this.#key, IV)
    const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES)
    for (let position = 0; ; ) {
      const { bytesRead } = await guard(() => file.read(buffer, 0, buffer.length, position))
      if (bytesRead === 0) return
      position += bytesRead
      yield decipher.update(buffer.subarray(0, bytesRead))
    }
  }
}

async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `parasol-${randomBytes(12).toString('hex')}.tmp`)
  const file = await open(path, 'wx+', 0o600)
  // On Windows an open file cannot be removed: there it stays, and nobody can read it.
  await rm(path).catch(() => undefined)
  return file
}

async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
    throw new CryptoError('IO', `Cannot use the temporary folder "${tmpdir()}" (${reason})`, { cause, reason })
  }
}
