import { hkdfSync, randomBytes, scrypt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { allocateSecret, CryptoError, type Kms } from '@parasol/core'
import { writeFileAtomic } from '@parasol/core/files'

/** What opens a store. */
export type RootKeySource =
  | { readonly passphrase: () => string | Promise<string> }
  /** A file of 32 random bytes; made with mode 0600 when a new store is made and there is none. */
  | { readonly keyFile: string }
  /** Another KMS, which wraps the root key; the store keeps it wrapped, and opens where that KMS decrypts it. */
  | { readonly kms: Kms; readonly keyId: string }

/** How a store's root key comes about; kept in its header. */
export type KeyDerivation =
  | { readonly name: 'scrypt'; readonly N: number; readonly r: number; readonly p: number; readonly salt: string }
  | { readonly name: 'key-file' }
  | { readonly name: 'kms'; readonly wrapped: string }

/** scrypt's N for new stores: about half a second and 128 MiB. */
export const SCRYPT_N = 2 ** 17

const KEY_BYTES = 32
/** Shows in the audit trail of the other KMS. */
const KMS_CONTEXT = { parasol: 'kms-local root key' }
const deriveByScrypt = promisify(scrypt) as (
  passphrase: Buffer,
  salt: Buffer,
  length: number,
  options: { N: number; r: number; p: number; maxmem: number },
) => Promise<Buffer>

export async function newDerivation(source: RootKeySource, N: number): Promise<KeyDerivation> {
  if ('keyFile' in source) return { name: 'key-file' }
  if ('kms' in source) {
    using key = await source.kms.generateDataKey(source.keyId, KMS_CONTEXT)
    return { name: 'kms', wrapped: Buffer.from(key.wrapped).toString('base64') }
  }
  const derivation: KeyDerivation = { name: 'scrypt', N, r: 8, p: 1, salt: randomBytes(16).toString('base64') }
  if (isDerivation(derivation)) return derivation
  throw new CryptoError('INVALID_INPUT', "scrypt's N must be a power of two from 2^10 to 2^20")
}

/** Refuses parameters that would make opening a hostile store a way to exhaust this machine. */
export function isDerivation(value: unknown): value is KeyDerivation {
  if (typeof value !== 'object' || value === null || !('name' in value)) return false
  if (value.name === 'key-file') return true
  if (value.name === 'kms')
    return 'wrapped' in value && typeof value.wrapped === 'string' && value.wrapped.length < 65_536
  const { name, N, r, p, salt } = value as Record<string, unknown>
  const powerOfTwo = typeof N === 'number' && N >= 2 ** 10 && N <= 2 ** 20 && Number.isInteger(Math.log2(N))
  return name === 'scrypt' && powerOfTwo && r === 8 && p === 1 && typeof salt === 'string' && salt.length === 24
}

/** What opens a store, in words, by the name of its derivation. */
export const OPENERS = { scrypt: 'passphrase', 'key-file': 'key file', kms: 'KMS' } as const

/** The root key; the caller zeroes it. @throws CryptoError WRONG_PASSPHRASE, IO, or what the other KMS throws */
export async function openRootKey(source: RootKeySource, derivation: KeyDerivation): Promise<Uint8Array> {
  if (derivation.name === 'scrypt' && 'passphrase' in source) return derive(await source.passphrase(), derivation)
  if (derivation.name === 'key-file' && 'keyFile' in source) return readKeyFile(source.keyFile)
  if (derivation.name === 'kms' && 'kms' in source) return unwrap(source.kms, derivation.wrapped)
  const given = 'keyFile' in source ? 'key-file' : 'kms' in source ? 'kms' : 'scrypt'
  const message = `This store is opened by a ${OPENERS[derivation.name]}, not by a ${OPENERS[given]}`
  throw new CryptoError('WRONG_PASSPHRASE', message)
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

async function unwrap(kms: Kms, wrapped: string): Promise<Uint8Array> {
  const key = await kms.decrypt(Buffer.from(wrapped, 'base64'), KMS_CONTEXT)
  if (key.length === KEY_BYTES) return key
  key.fill(0)
  throw new CryptoError('WRONG_PASSPHRASE', `The KMS gave a root key of ${key.length} bytes instead of ${KEY_BYTES}`)
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
