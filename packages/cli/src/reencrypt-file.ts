import { realpath } from 'node:fs/promises'
import { type Cipher, CryptoError, type EncryptionContext, throwIfAborted } from '@parasol/core'
import { AtomicFile, guardIo, InputFile, RECOGNIZED_BY_BYTES, withEachScheme } from '@parasol/core/files'
import { Progress } from './progress.js'
import { MAY_BE_DONE } from './records/renew-rows.js'
import type { Terminal } from './terminal.js'

export interface Reencryption {
  readonly from: Cipher
  readonly to: Cipher
  readonly context: EncryptionContext
  /** The scheme that made the file; by default that as which it begins. */
  readonly scheme?: string | undefined
  readonly json: boolean
}

/** Decrypts a file and encrypts it again, in its place: whole, or it stays as it was. Its mode and links to it stay. */
export async function reencryptFile(terminal: Terminal, path: string, work: Reencryption): Promise<void> {
  const target = await guardIo(path, () => realpath(path), 'read')
  await using file = await InputFile.open(target)
  try {
    await convert(terminal, path, target, file, work, work.from)
  } catch (error) {
    // A former run has done it already, if the other use case decrypts it.
    if (work.from === work.to || !CryptoError.is(error) || !MAY_BE_DONE.has(error.code)) throw error
    await convert(terminal, path, target, file, { ...work, scheme: undefined }, work.to).catch((second: unknown) => {
      throw CryptoError.is(second) && MAY_BE_DONE.has(second.code) ? error : second
    })
  }
}

async function convert(
  terminal: Terminal,
  path: string,
  target: string,
  source: InputFile,
  { to, context, scheme: named, json }: Reencryption,
  from: Cipher,
): Promise<void> {
  const { signal } = terminal
  const schemes = named === undefined ? from.schemesOf(await source.read(0, RECOGNIZED_BY_BYTES)) : [named]
  await withEachScheme(schemes, async (scheme) => {
    using progress = new Progress(terminal, { label: path, total: source.size, unit: 'bytes', json })
    await using file = await AtomicFile.create(target, { mode: source.mode })
    const plaintext = from.decryptStream(reporting(source, progress), context, { signal, scheme, reuseMemory: true })
    const ciphertext = to.encryptStream(plaintext, context, { signal, reuseMemory: true })
    for await (const chunk of ciphertext) await file.write(chunk)
    throwIfAborted(signal)
    await file.commit()
  })
}

async function* reporting(source: InputFile, progress: Progress): AsyncGenerator<Uint8Array> {
  let done = 0
  for await (const chunk of source.chunks()) {
    yield chunk
    done += chunk.length
    progress.update(done)
  }
}
