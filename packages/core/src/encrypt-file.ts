import { realpath } from 'node:fs/promises'
import { AtomicFile, guardIo } from './atomic-file.js'
import type { Cipher } from './cipher.js'
import type { EncryptionContext } from './context.js'
import { throwIfAborted } from './errors.js'
import { InputFile } from './input-file.js'
import { RECOGNIZED_BY_BYTES, withEachScheme } from './recognize.js'

export interface FileOptions {
  /** Gives up: the call rejects with CryptoError ABORTED, and the target is as it was. */
  readonly signal?: AbortSignal
  /** Called with the bytes of the source that are done, from 0 on, and their total. What it throws ends the work. */
  readonly progress?: (done: number, total: number) => void
  /** Whether a target that exists is replaced; if not, it is refused. False by default. */
  readonly overwrite?: boolean
  /** The mode of the target; 0o600 by default. */
  readonly mode?: number
}

export interface ReadFileOptions extends FileOptions {
  /** The scheme that made the file; by default that of the use case, or of its `reads`, as which the file begins. */
  readonly scheme?: string
}

/**
 * Encrypts a file to another, in constant memory where the scheme can. The target is written whole or not at all, and
 * is durable when this resolves. It may be the source itself, with `overwrite`.
 *
 *     await encryptFile(cipher, 'scan.pdf', 'scan.pdf.enc', { customerId: '7' })
 *
 * @throws CryptoError IO that names the file and the reason, EEXIST for a target that is not to be replaced
 */
export function encryptFile(
  cipher: Cipher,
  source: string,
  target: string,
  context: EncryptionContext,
  options: FileOptions = {},
): Promise<void> {
  return convert(source, target, options, (chunks) =>
    cipher.encryptStream(chunks, context, { ...callOptions(options), reuseMemory: true }),
  )
}

/**
 * The inverse. No byte of plaintext stands under the name of the target before all of the source is authenticated: until
 * then it is in a partial file beside the target, which is removed if anything fails, and left behind by a crash.
 */
export async function decryptFile(
  cipher: Cipher,
  source: string,
  target: string,
  context: EncryptionContext,
  options: ReadFileOptions = {},
): Promise<void> {
  throwIfAborted(options.signal)
  await using file = await InputFile.open(source)
  await withEachScheme(await schemesOf(cipher, file, options), (scheme) =>
    write(file, target, options, (chunks) =>
      cipher.decryptUnverified(chunks, context, { ...callOptions(options), scheme }),
    ),
  )
}

/**
 * Renews the wrapped key of an encrypted file in its place. Its data is copied as it is; its mode is kept, and so is a
 * symbolic link that leads to it.
 */
export async function rewrapFile(
  cipher: Cipher,
  path: string,
  context: EncryptionContext,
  options: Omit<ReadFileOptions, 'overwrite'> = {},
): Promise<void> {
  const target = await guardIo(path, () => realpath(path), 'read')
  await using file = await InputFile.open(target)
  await withEachScheme(await schemesOf(cipher, file, options), (scheme) =>
    write(file, target, { mode: file.mode, ...options, overwrite: true }, (chunks) =>
      cipher.rewrapStream(chunks, context, { ...callOptions(options), scheme }),
    ),
  )
}

/** That which is named, else those that the file can be of. */
async function schemesOf(cipher: Cipher, file: InputFile, { scheme }: ReadFileOptions): Promise<readonly string[]> {
  return scheme === undefined ? cipher.schemesOf(await file.read(0, RECOGNIZED_BY_BYTES)) : [scheme]
}

type Conversion = (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>

async function convert(source: string, target: string, options: FileOptions, change: Conversion): Promise<void> {
  throwIfAborted(options.signal)
  await using file = await InputFile.open(source)
  await write(file, target, options, change)
}

async function write(
  source: InputFile,
  path: string,
  { signal, progress, overwrite = false, mode = 0o600 }: FileOptions,
  change: Conversion,
): Promise<void> {
  await using target = await AtomicFile.create(path, { mode, overwrite })
  for await (const chunk of change(reporting(source, progress))) {
    await target.write(chunk)
  }
  throwIfAborted(signal)
  await target.commit()
}

async function* reporting(source: InputFile, progress: FileOptions['progress']): AsyncGenerator<Uint8Array> {
  let done = 0
  progress?.(done, source.size)
  for await (const chunk of source.chunks()) {
    yield chunk
    done += chunk.length
    progress?.(done, source.size)
  }
}

function callOptions({ signal }: FileOptions): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}
