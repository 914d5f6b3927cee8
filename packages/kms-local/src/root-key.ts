import { hkdfSync, randomBytes, scrypt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { allocateSecret, CryptoError } from '@parasol/core'
import { writeFileAtomic } from '@parasol/core/files'

/** What opens a store. */
export type RootKeySource =
  | { readonly passphrase: () => string | Promise<string> }
  /** A file of 32 random bytes; made with mode 0600 when a new store is made and there is none. */
  | { readonly keyFile: string }

/** How a store's root key comes about; kept in its header. */
export type KeyDerivation =
  | { readonly name: 'scrypt'; readonly N: number; readonly r: number; readonly p: number; readonly salt: string }
  | { readonly name: 'key-file' }

/** scrypt's N for new stores: about half a second and 128 MiB. */
export const SCRYPT_N = 2 ** 17

const KEY_BYTES = 32
const deriveByScrypt = promisify(scrypt) as (
  passphrase: Buffer,
  salt: Buffer,
  length: number,
  options: { N: number; r: number; p: number; maxmem: number },
) => Promise<Buffer>

export function newDerivation(source: RootKeySource, N: number): KeyDerivation {
  if ('keyFile' in source) return { name: 'key-file' }
  const derivation: KeyDerivation = { name: 'scrypt', N, r: 8, p: 1, salt: randomBytes(16).toString('base64') }
  if (isDerivation(derivation)) return derivation
  throw new CryptoError('INVALID_INPUT', "scrypt's N must be a power of two from 2^10 to 2^20")
}

/** Refuses parameters that would make opening a hostile store a way to exhaust this machine. */
export function isDerivation(value: unknown): value is KeyDerivation {
  if (typeof value !== 'object' || value === null || !('name' in value)) return false
  if (value.name === 'key-file') return true
  const { name, N, r, p, salt } = value as Record<string, unknown>
  const powerOfTwo = typeof N === 'number' && N >= 2 ** 10 && N <= 2 ** 20 && Number.isInteger(Math.log2(N))
  return name === 'scrypt' && powerOfTwo && r === 8 && p === 1 && typeof salt === 'string' && salt.length === 24
}

/** The root key; the caller zeroes it. @throws CryptoError WRONG_PASSPHRASE, IO */
export async function openRootKey(source: RootKeySource, derivation: KeyDerivation): Promise<Uint8Array> {
  if (derivation.name === 'key-file') {
    if ('keyFile' in source) return readKeyFile(source.keyFile)
    throw new CryptoError('WRONG_PASSPHRASE', 'This store is opened by a key file, not by a passphrase')
  }
  if ('keyFile' in source) {
    throw new CryptoError('WRONG_PASSPHRASE', 'This store is opened by a passphrase, not by a key file')
  }
  return derive(await source.passphrase(), derivation)
}

/** Makes the key file of a new store if there is none. */
export async function ensureKeyFile(source: RootKeySource): Promise<void> {
  if ('keyFile' in source && !existsSync(source.keyFile)) {
    const key = randomBytes(KEY_BYTES)
    await writeFileAtomic(source.keyFile, key, { mode: 0o600 }).finally(() => key.fill(0))
  }
}

/** A key of its own for each use of the root key (HKDF-SHA-256, RFC 5869). */
export function deriveSubkey(rootKey: Uint8Array, storeId: string, use: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', rootKey, storeId, `parasol/kms-local/${use}`, KEY_BYTES))
}

async function derive(passphrase: string, { N, r, p, salt }: KeyDerivation & { name: 'scrypt' }): Promise<Uint8Array> {
  if (passphrase === '') throw new CryptoError('WRONG_PASSPHRASE', 'The passphrase is empty')
  const bytes = Buffer.from(passphrase.normalize('NFC'))
  const options = { N, r, p, maxmem: 256 * N * r }
  const derived = await deriveByScrypt(bytes, Buffer.from(salt, 'base64'), KEY_BYTES, options)
  bytes.fill(0)
  return moveSecret(derived)
}

async function readKeyFile(path: string): Promise<Uint8Array> {
  await using file = await open(path).catch(unreadable(path))
  await requirePrivate(file, path)
  const bytes = await file.readFile().catch(unreadable(path))
  if (bytes.length !== KEY_BYTES) {
    throw new CryptoError(
      'WRONG_PASSPHRASE',
      `The key file "${path}" has ${bytes.length} bytes instead of ${KEY_BYTES}`,
    )
  }
  return moveSecret(bytes)
}

/** Who can read this file has every key. Windows has no such modes. */
async function requirePrivate(file: FileHandle, path: string): Promise<void> {
  const { mode } = await file.stat()
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new CryptoError('IO', `The key file "${path}" is refused: others than its owner may read it; chmod 600 it`)
  }
}

function unreadable(path: string): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    throw new CryptoError('IO', `The key file "${path}" cannot be read (${cause.code})`, { cause })
  }
}

function moveSecret(bytes: Buffer): Uint8Array {
  const secret = allocateSecret(bytes.length)
  secret.set(bytes)
  bytes.fill(0)
  return secret
}
