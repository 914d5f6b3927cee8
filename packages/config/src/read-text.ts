import { type FileHandle, open } from 'node:fs/promises'
import { CryptoError } from '@parasol/core'

export const MAX_CONFIG_BYTES = 1_048_576

/**
 * Reads a configuration file.
 *
 * @throws CryptoError INVALID_CONFIG if it cannot be read, is longer than 1 MiB, or is not UTF-8
 */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path)
  if (bytes.length > MAX_CONFIG_BYTES) {
    throw refused(path, `is longer than ${MAX_CONFIG_BYTES} bytes, which is the limit`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refused(path, 'is not UTF-8: save it in that encoding')
  }
}

const remedies: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'does not exist: create it, or say where it is by the path argument or by PARASOL_CONFIG'],
  ['EISDIR', 'is a directory: name the file in it'],
  ['ENOTDIR', 'does not exist: a part of its path is a file'],
  ['EACCES', 'may not be read by this user'],
])

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path, 'r')
    return await readAtMost(file, MAX_CONFIG_BYTES + 1)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw refused(path, remedies.get(code) ?? `cannot be read (${code ?? 'unknown reason'})`, cause)
  }
}

/** A pipe or device has no size to ask for beforehand. */
async function readAtMost(file: FileHandle, limit: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(limit)
  let length = 0
  while (length < limit) {
    const { bytesRead } = await file.read(buffer, length, limit - length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return buffer.subarray(0, length)
}

function refused(path: string, message: string, cause?: unknown): CryptoError {
  return new CryptoError('INVALID_CONFIG', `The configuration "${path}" ${message}`, { cause })
}
