import { CryptoError } from './errors.js'

/**
 * Facts about a plaintext that are authenticated with it but not secret: table, column, row id.
 * The same facts must be given to decrypt. Keys and values are compared as they are, without Unicode normalisation.
 */
export type EncryptionContext = Readonly<Record<string, string>>

/** Context keys with this prefix are set by Parasol alone. */
export const RESERVED_CONTEXT_PREFIX = 'parasol:'
/** Says what the data is for, so that a value of one use case cannot be planted in another. */
export const PURPOSE_KEY = 'parasol:purpose'
/** Names the field of a record, so that two fields cannot be swapped. */
export const FIELD_KEY = 'parasol:field'

export const MAX_CONTEXT_BYTES = 8192

/**
 * Encodes a context so that equal contexts, and only those, give equal bytes:
 *
 *     u32 number of entries, then for each entry, sorted by the UTF-8 bytes of its key:
 *     u32 length of the key, key, u32 length of the value, value        (integers big-endian)
 *
 * @throws CryptoError INVALID_INPUT unless keys are not empty, keys and values are well-formed strings, and the
 * encoding has at most 8,192 bytes.
 */
export function encodeContext(context: EncryptionContext): Uint8Array {
  const parts = sortedEntries(context).flatMap(([key, value]) => [length(key), key, length(value), value])
  const encoded = Buffer.concat([uint32(parts.length / 4), ...parts])
  if (encoded.length > MAX_CONTEXT_BYTES) {
    throw invalid(`is ${encoded.length} bytes when encoded: at most ${MAX_CONTEXT_BYTES}`)
  }
  return encoded
}

/** @throws CryptoError INVALID_INPUT if a caller's context uses a key that is Parasol's own. */
export function refuseReservedKeys(context: EncryptionContext): void {
  for (const key of Object.keys(context)) {
    if (key.startsWith(RESERVED_CONTEXT_PREFIX)) {
      throw invalid(`key "${key}" begins with "${RESERVED_CONTEXT_PREFIX}", which is reserved`)
    }
  }
}

/** For schemes that cannot bind a context. @throws CryptoError INVALID_INPUT unless the context is empty. */
export function requireEmptyContext(context: EncryptionContext, scheme: string): void {
  if (sortedEntries(context).length > 0) {
    throw invalid(`must be empty: scheme "${scheme}" cannot bind it to the ciphertext`)
  }
}

function sortedEntries(context: EncryptionContext): [Buffer, Buffer][] {
  if (typeof context !== 'object' || context === null || Array.isArray(context)) {
    throw invalid('must be an object of strings')
  }
  return Object.entries(context).map(encodeEntry).sort(byKey)
}

function encodeEntry([key, value]: [string, unknown]): [Buffer, Buffer] {
  if (key === '') throw invalid('has an empty key')
  if (!key.isWellFormed()) throw invalid('has a key that is not well-formed Unicode')
  if (typeof value !== 'string') throw invalid(`key "${key}" holds a ${typeof value}: only strings are bound`)
  if (!value.isWellFormed()) throw invalid(`key "${key}" holds a string that is not well-formed Unicode`)
  return [Buffer.from(key), Buffer.from(value)]
}

function byKey([a]: [Buffer, Buffer], [b]: [Buffer, Buffer]): number {
  return Buffer.compare(a, b)
}

function length(bytes: Buffer): Buffer {
  return uint32(bytes.length)
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function invalid(message: string): CryptoError {
  return new CryptoError('INVALID_INPUT', `Encryption context ${message}`)
}
