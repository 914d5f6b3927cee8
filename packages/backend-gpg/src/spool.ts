import { createCipheriv, createDecipheriv, randomBytes, randomFillSync } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { allocateSecret, CryptoError, DATA_KEY_BYTES } from '@parasol/core'

const IV = Buffer.alloc(16)
const READ_BYTES = 256 * 1024

/**
 * Holds plaintext back until it is authenticated: in a file of the system's temporary folder that has no name from the
 * first moment on, encrypted under a key that nobody else ever has.
 */
export class Spool implements AsyncDisposable {
  readonly #key = randomFillSync(allocateSecret(DATA_KEY_BYTES))
  readonly #cipher = createCipheriv('aes-256-ctr', this.#key, IV)
  readonly #file: FileHandle

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async create(): Promise<Spool> {
    const path = join(tmpdir(), `parasol-${randomBytes(12).toString('hex')}.tmp`)
    return guard(async () => {
      const file = await open(path, 'wx+', 0o600)
      // On Windows an open file cannot be removed: there it stays, and nobody can read it.
      await rm(path).catch(() => undefined)
      return new Spool(file)
    })
  }

  async write(plaintext: Uint8Array): Promise<void> {
    const encrypted = this.#cipher.update(plaintext)
    await guard(() => this.#file.writeFile(encrypted))
  }

  /** All that was written. */
  async *read(): AsyncGenerator<Uint8Array> {
    const decipher = createDecipheriv('aes-256-ctr', this.#key, IV)
    const buffer = Buffer.alloc(READ_BYTES)
    for (let position = 0; ; ) {
      const { bytesRead } = await guard(() => this.#file.read(buffer, 0, READ_BYTES, position))
      if (bytesRead === 0) return
      position += bytesRead
      yield decipher.update(buffer.subarray(0, bytesRead))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#key.fill(0)
    await this.#file.close()
  }
}

async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
    throw new CryptoError('IO', `Cannot use the temporary folder "${tmpdir()}" (${reason})`, { cause, reason })
  }
}
