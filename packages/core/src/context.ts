import { CryptoError } from './errors.js'
import { writeUtf8 } from './write-utf8.js'

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
  const length = writeContext(context, scratch, 0)
  // A slice of Node's pool: to allocate for each costs more than to encode.
  const { buffer, byteOffset } = Buffer.from(scratch.subarray(0, length))
  return new Uint8Array(buffer, byteOffset, length)
}

/**
 * Writes the same encoding into a buffer, for code that hashes it together with other things. Gives the offset after it.
 *
 * @throws CryptoError INVALID_INPUT as `encodeContext` does, also if the buffer has no room for 8,192 bytes and it needs them
 */
export function writeContext(context: EncryptionContext, target: Buffer, offset: number): number {
  const keys = sortedKeys(context)
  // Every value is read once, before anything is written: a getter that encodes another context does no harm.
  const values = keys.map((key) => checkValue(key, context[key]))
  const end = Math.min(target.length, offset + MAX_CONTEXT_BYTES)
  if (end < offset + 4) throw contextTooLong()
  let position = writeLength(keys.length, target, offset)
  for (let index = 0; index < keys.length; index++) {
    position = writeText(keys[index] as string, target, position, end)
    position = writeText(values[index] as string, target, position, end)
  }
  return position
}

/** @throws CryptoError INVALID_INPUT if a caller's context uses a key that is Parasol's own, or is not an object. */
export function refuseReservedKeys(context: EncryptionContext): void {
  requireObject(context)
  for (const key of Object.keys(context)) {
    if (key.startsWith(RESERVED_CONTEXT_PREFIX)) {
      throw invalid(`key "${key}" begins with "${RESERVED_CONTEXT_PREFIX}", which is reserved`)
    }
  }
}

/** For schemes that cannot bind a context. @throws CryptoError INVALID_INPUT unless the context is empty. */
export function requireEmptyContext(context: EncryptionContext, scheme: string): void {
  if (sortedKeys(context).length > 0) {
    throw invalid(`must be empty: scheme "${scheme}" cannot bind it to the ciphertext`)
  }
}

// The encoding is on the path of every value, so it writes into one buffer that is used again and again.
const scratch = Buffer.alloc(MAX_CONTEXT_BYTES)

/** A Map or an array has entries that Object.keys does not see, so it would pass for the empty context. */
export function requireObject(context: EncryptionContext): void {
  if (typeof context !== 'object' || context === null || Symbol.iterator in context) {
    throw invalid('must be an object of strings')
  }
}

/** @throws CryptoError INVALID_INPUT unless every key can be bound */
export function sortKeys(keys: string[]): string[] {
  for (const key of keys) checkKey(key)
  return keys.some((key) => ABOVE_SURROGATES.test(key)) ? keys.sort(byUtf8) : keys.sort()
}

function sortedKeys(context: EncryptionContext): string[] {
  requireObject(context)
  return sortKeys(Object.keys(context))
}

function checkKey(key: string): void {
  if (key === '') throw invalid('has an empty key')
  if (!key.isWellFormed()) throw invalid('has a key that is not well-formed Unicode')
}

/** @throws CryptoError INVALID_INPUT unless a value can be bound */
export function checkValue(key: string, value: unknown): string {
  if (typeof value !== 'string') throw invalid(`key "${key}" holds a ${typeof value}: only strings are bound`)
  if (!value.isWellFormed()) throw invalid(`key "${key}" holds a string that is not well-formed Unicode`)
  return value
}

const ABOVE_SURROGATES = /[\ud800-\uffff]/

/** UTF-16 sorts like UTF-8 unless surrogates meet the characters above them. */
function byUtf8(a: string, b: string): number {
  if (ABOVE_SURROGATES.test(a) && ABOVE_SURROGATES.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : 1
}

/**
 * Writes a text behind its length. Gives the offset after it.
 *
 * @throws CryptoError INVALID_INPUT if it goes beyond the end
 */
export function writeText(text: string, target: Buffer, offset: number, end: number): number {
  const start = offset + 4
  const written = writeUtf8(text, target, start, end - start)
  if (written < 0) throw contextTooLong()
  writeLength(written, target, offset)
  return start + written
}

/** At most 8,192. */
function writeLength(length: number, target: Buffer, offset: number): number {
  target[offset] = 0
  target[offset + 1] = 0
  target[offset + 2] = length >> 8
  target[offset + 3] = length & 255
  return offset + 4
}

export function contextTooLong(): CryptoError {
  return invalid(`is longer than ${MAX_CONTEXT_BYTES} bytes when encoded`)
}

function invalid(message: string): CryptoError {
  return new CryptoError('INVALID_INPUT', `Encryption context ${message}`)
}
